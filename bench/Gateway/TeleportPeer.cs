using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.RegularExpressions;

namespace Teleport.Bench.Gateway;

/// <summary>An all-in-one cluster of ours, with a user who is logged in.</summary>
internal sealed partial class TeleportPeer : IAsyncDisposable
{
    private const string Password = "correct horse battery";

    private readonly Process _server;

    private TeleportPeer(Process server, string dist, string folder, TimeSpan startUp) =>
        (_server, Dist, Folder, StartUp) = (server, dist, folder, startUp);

    public string Dist { get; }

    public string Folder { get; }

    /// <summary>From the start of the process until every role was ready, with an empty data folder.</summary>
    public TimeSpan StartUp { get; }

    public int ProcessId => _server.Id;

    private string TshPath => Path.Combine(Dist, "tsh");

    /// <summary>The configuration for OpenSSH's client that <c>tsh config</c> wrote.</summary>
    public string Config => Path.Combine(Folder, "ssh_config");

    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string> { ["TELEPORT_HOME"] = Path.Combine(Folder, "home") };

    /// <summary>Our client.</summary>
    public Contender Tsh() => new("tsh ssh", TshPath, ["ssh", $"{System.Environment.UserName}@bench"], Environment, [ProcessId]);

    /// <summary>OpenSSH's client, as <c>tsh config</c> sets it up; with a cipher and its MAC on both hops.</summary>
    public Contender Ssh(string cipher = "", string mac = "") => new(
        "ssh through ours", "ssh", ["-F", SshConfigs.With(Config, cipher, mac), $"{System.Environment.UserName}@bench.bench"], Environment, [ProcessId]);

    public static async Task<TeleportPeer> StartAsync(string dist, string folder, TeleportPeerOptions options, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        int auth = Ports.Free(), ssh = Ports.Free(), tunnel = Ports.Free(), web = Ports.Free(), node = Ports.Free(), diagnostics = Ports.Free();
        string config = Path.Combine(folder, "teleport.yaml");
        await File.WriteAllTextAsync(
            config,
            $"""
            teleport:
              nodename: bench
              data_dir: {folder}/data
              log: {"{severity: WARN}"}
            auth_service:
              enabled: yes
              cluster_name: bench
              listen_addr: 127.0.0.1:{auth}
              session_recording: {options.SessionRecording}
              authentication: {"{type: local, second_factor: off}"}
            proxy_service:
              enabled: yes
              listen_addr: 127.0.0.1:{ssh}
              tunnel_listen_addr: 127.0.0.1:{tunnel}
              web_listen_addr: 127.0.0.1:{web}
              public_addr: localhost:{web}
              ssh_public_addr: localhost:{options.SshRelay?.To(ssh) ?? ssh}
              tunnel_public_addr: localhost:{tunnel}
            ssh_service:
              enabled: yes
              listen_addr: 127.0.0.1:{node}
            """,
            cancellationToken);
        long begun = Stopwatch.GetTimestamp();
        Process server = Command.Start(
            Path.Combine(dist, "teleport"), ["start", "-c", config, "--diag-addr", $"127.0.0.1:{diagnostics}"], null, Path.Combine(folder, "log"));
        await WaitReadyAsync(diagnostics, cancellationToken);
        var peer = new TeleportPeer(server, dist, folder, Stopwatch.GetElapsedTime(begun));
        try
        {
            await peer.LogInAsync(config, web, cancellationToken);
            return peer;
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _server.Kill(entireProcessTree: true);
        await _server.WaitForExitAsync();
        _server.Dispose();
    }

    private static async Task WaitReadyAsync(int port, CancellationToken cancellationToken)
    {
        using var client = new HttpClient();
        for (int attempt = 0; attempt < 3000; attempt++)
        {
            try
            {
                using HttpResponseMessage answer = await client.GetAsync(new Uri($"http://127.0.0.1:{port}/readyz"), cancellationToken);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(10, cancellationToken);
        }

        throw new TimeoutException("The cluster is not ready after 30 seconds; see its log.");
    }

    private async Task LogInAsync(string config, int web, CancellationToken cancellationToken)
    {
        string link = await Command.RunAsync(
            Path.Combine(Dist, "tctl"), ["users", "add", "bench", "-c", config, "--roles=admin", $"--logins={System.Environment.UserName}"], null, null, null, cancellationToken);
        string token = InvitationLink().Match(link).Groups["token"].Value;

        // The certificate is the cluster's own, made a moment ago, on loopback.
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator };
        using var client = new HttpClient(handler) { BaseAddress = new Uri($"https://localhost:{web}") };
        string csrf = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));
        client.DefaultRequestHeaders.Add("X-CSRF-Token", csrf);
        client.DefaultRequestHeaders.Add("Cookie", $"grv_csrf={csrf}");
        byte[] password = System.Text.Encoding.UTF8.GetBytes(Password);
        using HttpResponseMessage answer = await client.PutAsJsonAsync("/webapi/users/password/token", new { token, password }, cancellationToken);
        answer.EnsureSuccessStatusCode();
        await Command.RunAsync(TshPath, ["--proxy", $"localhost:{web}", "--insecure", "login", "--user", "bench"], Environment, Password + "\n", null, cancellationToken);
        string sshConfig = await Command.RunAsync(TshPath, ["config"], Environment, null, null, cancellationToken);
        await File.WriteAllTextAsync(Config, sshConfig, cancellationToken);
    }

    [GeneratedRegex("/web/invite/(?<token>[0-9a-f]+)")]
    private static partial Regex InvitationLink();
}

/// <summary>What differs between clusters.</summary>
internal sealed record TeleportPeerOptions
{
    /// <summary>As in the configuration: node or off.</summary>
    public string SessionRecording { get; init; } = "node";

    /// <summary>What stands before the proxy's SSH port; <c>null</c>: nothing.</summary>
    public DelayRelay? SshRelay { get; init; }
}
