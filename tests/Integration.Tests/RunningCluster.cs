using System.Diagnostics;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Teleport.Integration.Tests;

/// <summary>An all-in-one as a process of its own, with the user <c>alice</c> who is logged in. Passwords only, so that tests need no clock.</summary>
public sealed partial class RunningCluster : IAsyncLifetime
{
    public const string Password = "correct horse battery";

    private readonly string _folder = Directory.CreateTempSubdirectory("teleport-it-").FullName;
    private readonly int _auth = Programs.FreePort();
    private readonly int _ssh = Programs.FreePort();
    private readonly int _tunnel = Programs.FreePort();
    private readonly int _node = Programs.FreePort();
    private readonly int _diagnostics = Programs.FreePort();
    private readonly List<Process> _others = [];
    private Process? _server;

    public int WebPort { get; } = Programs.FreePort();

    public string Config => File("teleport.yaml");

    public string Home => File("home");

    public string SshConfig => File("ssh_config");

    /// <summary>The login that works without root: one's own.</summary>
    public static string Login => Environment.UserName;

    public string File(string name) => Path.Combine(_folder, name);

    public async ValueTask InitializeAsync()
    {
        await System.IO.File.WriteAllTextAsync(
            Config,
            $"""
            teleport:
              nodename: web1
              data_dir: {File("data")}
            auth_service:
              enabled: yes
              cluster_name: it
              listen_addr: 127.0.0.1:{_auth}
              authentication: {"{type: local, second_factor: off}"}
            proxy_service:
              enabled: yes
              listen_addr: 127.0.0.1:{_ssh}
              tunnel_listen_addr: 127.0.0.1:{_tunnel}
              web_listen_addr: 127.0.0.1:{WebPort}
              public_addr: localhost:{WebPort}
              ssh_public_addr: localhost:{_ssh}
              tunnel_public_addr: localhost:{_tunnel}
            ssh_service:
              enabled: yes
              listen_addr: 127.0.0.1:{_node}
              labels: {"{env: test}"}
            """);
        await StartAsync();
        await AddUserAsync("alice", "admin", Home);
        (_, string config, _) = await TshAsync("", "config");
        await System.IO.File.WriteAllTextAsync(SshConfig, config);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Process process in _others.Append(_server).OfType<Process>())
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Makes a user who may be this test's own login where roles allow it, and logs in.</summary>
    public async Task AddUserAsync(string name, string roles, string home)
    {
        string invitation = await TctlAsync("users", "add", name, $"--roles={roles}", $"--logins={Login}");
        await AcceptAsync(InvitationToken().Match(invitation).Groups["token"].Value);
        (int status, _, string error) = await Programs.RunAsync(
            Programs.Tsh, ["--proxy", $"localhost:{WebPort}", "--insecure", "login", "--user", name], Password + "\n", home);
        Assert.True(status == 0, error);
    }

    /// <summary>Kills the cluster without any warning, and starts it again.</summary>
    public async Task KillAndStartAsync()
    {
        _server!.Kill();
        await _server.WaitForExitAsync();
        _server.Dispose();
        await StartAsync();
    }

    /// <summary>Starts another host.</summary>
    public void StartHost(string name, params string[] arguments) => _others.Add(Programs.Start(Programs.Teleport, arguments, File(name + ".log")));

    public async Task<string> TctlAsync(params string[] arguments)
    {
        (int status, string output, string error) = await Programs.RunAsync(Programs.Tctl, [.. arguments, "-c", Config]);
        return status == 0 ? output : throw new InvalidOperationException($"tctl {string.Join(' ', arguments)}: {error}");
    }

    public Task<(int Status, string Output, string Error)> TshAsync(string input, params string[] arguments) =>
        Programs.RunAsync(Programs.Tsh, arguments, input, Home);

    /// <summary>Runs one of OpenSSH's programs with the configuration that tsh wrote.</summary>
    public Task<(int Status, string Output, string Error)> OpenSshAsync(string program, string input, params string[] arguments) =>
        Programs.RunAsync(program, ["-F", SshConfig, .. arguments], input, Home);

    /// <summary>Asks again until the answer is right, for half a minute at most.</summary>
    public static async Task<string> EventuallyAsync(Func<Task<string>> ask, Func<string, bool> isRight)
    {
        string answer = "";
        for (int attempt = 0; attempt < 60; attempt++)
        {
            answer = await ask();
            if (isRight(answer))
            {
                return answer;
            }

            await Task.Delay(500, TestContext.Current.CancellationToken);
        }

        throw new TimeoutException($"The answer did not become right within 30 seconds; the last one was: {answer}");
    }

    private async Task StartAsync()
    {
        _server = Programs.Start(Programs.Teleport, ["start", "-c", Config, "--diag-addr", $"127.0.0.1:{_diagnostics}"], File("log"));
        using var client = new HttpClient();
        for (int attempt = 0; attempt < 1200; attempt++)
        {
            try
            {
                using HttpResponseMessage answer = await client.GetAsync(new Uri($"http://127.0.0.1:{_diagnostics}/readyz"));
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            Assert.False(_server.HasExited, await System.IO.File.ReadAllTextAsync(File("log")));
            await Task.Delay(100);
        }

        throw new TimeoutException("The cluster was not ready within two minutes: " + await System.IO.File.ReadAllTextAsync(File("log")));
    }

    private async Task AcceptAsync(string token)
    {
#pragma warning disable CA5400, CA5399 // The cluster's own certificate, on loopback.
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator };
        using var client = new HttpClient(handler) { BaseAddress = new Uri($"https://localhost:{WebPort}") };
#pragma warning restore CA5400, CA5399
        string csrf = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        client.DefaultRequestHeaders.Add("X-CSRF-Token", csrf);
        client.DefaultRequestHeaders.Add("Cookie", $"grv_csrf={csrf}");
        using HttpResponseMessage answer = await client.PutAsJsonAsync(
            "/webapi/users/password/token", new { token, password = Encoding.UTF8.GetBytes(Password) });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    [GeneratedRegex("/web/invite/(?<token>[0-9a-f]+)")]
    private static partial Regex InvitationToken();
}
