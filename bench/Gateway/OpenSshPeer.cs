using System.Diagnostics;

namespace Teleport.Bench.Gateway;

/// <summary>OpenSSH through an OpenSSH jump host: two servers and a client configuration.</summary>
internal sealed class OpenSshPeer : IAsyncDisposable
{
    private readonly List<Process> _servers = [];

    private OpenSshPeer(string config) => Config = config;

    /// <summary>The client configuration; the host <c>target</c> is reached through a jump host.</summary>
    public string Config { get; }

    public IEnumerable<int> ProcessIds => _servers.Select(static server => server.Id);

    /// <summary>OpenSSH's client, by the jump host; with a cipher and its MAC on both hops.</summary>
    public Contender Ssh(string cipher = "", string mac = "") =>
        new("ssh through an OpenSSH jump host", "ssh", ["-F", SshConfigs.With(Config, cipher, mac), "target"], null, [.. ProcessIds]);

    public static async Task<OpenSshPeer> StartAsync(string folder, CancellationToken cancellationToken, DelayRelay? relay = null)
    {
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory("/run/sshd");
        string Key(string name) => Path.Combine(folder, name);
        foreach (string key in new[] { "host", "user" })
        {
            await Command.RunAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", Key(key)], null, null, null, cancellationToken);
        }

        File.Copy(Key("user.pub"), Key("authorized"));
        var peer = new OpenSshPeer(Key("config"));
        (int jump, int target) = (Ports.Free(), Ports.Free());
        foreach (int port in new[] { jump, target })
        {
            string server = Key($"sshd_{port}");
            await File.WriteAllTextAsync(
                server,
                $"""
                Port {port}
                ListenAddress 127.0.0.1
                HostKey {Key("host")}
                AuthorizedKeysFile {Key("authorized")}
                PidFile none
                StrictModes no
                UsePAM no
                LogLevel QUIET
                MaxStartups 500
                MaxSessions 500
                Subsystem sftp internal-sftp
                """,
                cancellationToken);
            peer._servers.Add(Command.Start("/usr/sbin/sshd", ["-D", "-f", server]));
            await Ports.WaitAsync(port, cancellationToken);
        }

        await File.WriteAllTextAsync(
            peer.Config,
            $"""
            Host *
              HostName 127.0.0.1
              User {Environment.UserName}
              IdentityFile {Key("user")}
              IdentitiesOnly yes
              StrictHostKeyChecking no
              UserKnownHostsFile /dev/null
              LogLevel ERROR
            Host jump
              Port {relay?.To(jump) ?? jump}
            Host target
              Port {target}
              ProxyJump jump
            """,
            cancellationToken);
        return peer;
    }

    public ValueTask DisposeAsync()
    {
        foreach (Process server in _servers)
        {
            server.Kill(entireProcessTree: true);
            server.Dispose();
        }

        return ValueTask.CompletedTask;
    }
}
