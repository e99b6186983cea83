using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Teleport.Ssh.Keys;

namespace Teleport.Ssh.Tests;

/// <summary>A running sshd that lets one key in, on a free port of loopback.</summary>
internal sealed class OpenSshServer : IAsyncDisposable
{
    private const string Program = "/usr/sbin/sshd";

    private readonly TemporaryFolder _folder = new();
    private readonly Process _process;

    private OpenSshServer(TemporaryFolder folder, Process process, int port, SshPrivateKey userKey, SshPublicKey hostKey)
    {
        _folder = folder;
        _process = process;
        Port = port;
        UserKey = userKey;
        HostKey = hostKey;
    }

    public int Port { get; }

    public SshPrivateKey UserKey { get; }

    public SshPublicKey HostKey { get; }

    /// <summary>Starts it, or skips the test if it is not installed.</summary>
    public static async Task<OpenSshServer> StartAsync(params string[] options)
    {
        Assert.SkipUnless(File.Exists(Program), $"{Program} is not installed.");
        Directory.CreateDirectory("/run/sshd");
        TemporaryFolder folder = new();
        SshPrivateKey userKey = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        using SshPrivateKey hostKey = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        string hostKeyPath = folder.WriteSecret("host_key", hostKey.ToOpenSshPem());
        string authorized = folder.WriteSecret("authorized_keys", userKey.PublicKey.ToAuthorizedKeysLine() + "\n");
        int port = FreePort();
        string[] lines =
        [
            $"Port {port}", "ListenAddress 127.0.0.1", $"HostKey {hostKeyPath}", $"AuthorizedKeysFile {authorized}", "StrictModes no",
            "UsePAM no", "PidFile none", "PasswordAuthentication no", "LogLevel INFO", "PermitRootLogin yes", "AcceptEnv LANG TEST_*",
            "Subsystem sftp internal-sftp", .. options,
        ];
        string configuration = folder.Write("sshd_config", string.Join('\n', lines) + "\n");
        ProcessStartInfo start = new(Program, ["-D", "-e", "-f", configuration]) { RedirectStandardError = true };
        Process process = Process.Start(start)!;
        OpenSshServer server = new(folder, process, port, userKey, hostKey.PublicKey);
        await server.AwaitListeningAsync();
        return server;
    }

    public async Task<SshConnection> ConnectAsync(SshTransportOptions? transport = null, ISshConnectionHandler? handler = null)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, Port);
        SshClientOptions options = new()
        {
            UserName = Environment.UserName,
            Credentials = [SshCredential.FromKey(UserKey)],
            HostKeyVerifier = new PinnedHostKey(HostKey),
            Transport = transport ?? SshTransportOptions.Default,
            Handler = handler,
        };
        return await SshConnection.ConnectAsync(socket, options).WaitAsync(SshPair.Patience);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(SshPair.Patience);
        _process.Dispose();
        UserKey.Dispose();
        _folder.Dispose();
    }

    private async Task AwaitListeningAsync()
    {
        while (await _process.StandardError.ReadLineAsync().WaitAsync(SshPair.Patience) is { } line)
        {
            if (line.StartsWith("Server listening", StringComparison.Ordinal))
            {
                _ = _process.StandardError.ReadToEndAsync(); // keeps the pipe from filling up
                return;
            }
        }

        Assert.Fail("sshd ended before it listened.");
    }

    private static int FreePort()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
