using Teleport.Abstractions.Security;
using Teleport.Host.Commands;
using Teleport.Host.Running;
using Teleport.Hosting;
using Teleport.Hosting.Configuration;

namespace Teleport.Host.Dev;

/// <summary>Runs a cluster of one process on the loopback address, with a user who is logged in, until it is interrupted.</summary>
internal sealed class DevRunner(DevFolder folder, DevPorts ports)
{
    private const string ClusterName = "dev";
    private const string NodeName = "dev-host";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(3);

    public static async Task<int> RunAsync(string pluginsFolder, bool isDebug, TextWriter output, CancellationToken cancellationToken)
    {
        string tsh = DevTsh.Find();
        using var folder = new DevFolder();
        folder.WriteTsh(tsh);
        var runner = new DevRunner(folder, DevPorts.Choose());
        await using TeleportHost host = TeleportHost.CreateBuilder()
            .UsePluginsFolder(pluginsFolder)
            .UseConfiguration(new ConfigurationSource(runner.Configuration(), "the configuration of teleport dev"))
            .UseFlags(new StartFlags { Debug = isDebug })
            .Build();
        using var signals = new StopSignals(host.LogState);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<TimeSpan> stop = signals.FirstAsync(DrainLimit, ended.Token);
        Task start = runner.StartAsync(host, output, ended.Token);
        if (await Task.WhenAny(start, stop) == start)
        {
            await start;
            await stop;
        }

        await ended.CancelAsync();
        await host.StopAsync(DrainLimit, signals.AtOnce);
        await EndAsync(start);
        return 0;
    }

    private async Task StartAsync(TeleportHost host, TextWriter output, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StartLimit);
        try
        {
            await host.StartAsync(limit.Token);
            await host.WaitReadyAsync(limit.Token);
            string[] logins = Environment.UserName == "root" ? ["root"] : ["root", Environment.UserName];
            Secret password = await new DevUser(folder, ports, ClusterName).CreateAsync(logins, limit.Token);
            var tsh = new DevTsh(folder);
            string proxy = $"localhost:{ports.Web}";
            await tsh.LoginAsync(proxy, DevUser.Name, password, limit.Token);
            await tsh.WriteSshConfigAsync(proxy, limit.Token);
            Print(output, proxy, password);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            string states = string.Join("; ", host.Roles.Select(static role => $"{role.Name} is {role.State}: {role.Detail ?? role.LastFailure}"));
            throw new CommandException($"The cluster did not come up within {StartLimit.TotalSeconds} s ({states}). Run it with --debug to see more.");
        }
        catch (InvalidOperationException e)
        {
            throw new CommandException(e.Message);
        }
    }

    // Interrupted while it started: what it threw then is no news.
    private static async Task EndAsync(Task start)
    {
        try
        {
            await start;
        }
        catch (Exception e) when (e is OperationCanceledException or Abstractions.Errors.TeleportException or HttpRequestException or CommandException)
        {
            return;
        }
    }

    private void Print(TextWriter output, string proxy, Secret password)
    {
        output.WriteLine($"""
            A cluster is up on this host, for as long as this command runs.

              Web page   https://{proxy}
              Log in     {folder.Tsh} login --proxy={proxy} --user={DevUser.Name}   password: {password.Reveal()}

            You are logged in already. Paste into another terminal:

              {folder.Tsh} ssh {Environment.UserName}@{NodeName}
              ssh -F {folder.SshConfig} {Environment.UserName}@{NodeName}.{ClusterName}

            Ctrl-C ends the cluster and removes all of it.
            """);
    }

    private string Configuration() => $$"""
        teleport:
          nodename: {{NodeName}}
          data_dir: {{folder.Data}}
          log: {severity: ERROR}
        auth_service:
          enabled: yes
          cluster_name: {{ClusterName}}
          listen_addr: 127.0.0.1:{{ports.Auth}}
          authentication: {type: local, second_factor: off}
        ssh_service:
          enabled: yes
          listen_addr: 127.0.0.1:{{ports.Node}}
          labels: {env: dev}
        proxy_service:
          enabled: yes
          listen_addr: 127.0.0.1:{{ports.ProxySsh}}
          tunnel_listen_addr: 127.0.0.1:{{ports.Tunnel}}
          web_listen_addr: 127.0.0.1:{{ports.Web}}
          public_addr: localhost:{{ports.Web}}
          ssh_public_addr: localhost:{{ports.ProxySsh}}
        """;
}
