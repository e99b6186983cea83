using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Teleport.Ssh;
using Teleport.Ssh.Keys;

namespace Teleport.Integration.Tests.Interoperability;

/// <summary>An sshd with a host key and certificate of each kind, which lets all our users in.</summary>
internal sealed class TheirServer : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Task _log;

    private TheirServer(Process process, string folder, int port)
    {
        _process = process;
        Folder = folder;
        Port = port;
        _log = ReadLogAsync();
    }

    public string Folder { get; }

    private int Port { get; }

    public static async Task<TheirServer> StartAsync(OpenSshPrograms programs)
    {
        Assert.SkipWhen(programs.Version is null, $"The {programs.Name} is not installed.");
        Directory.CreateDirectory("/run/sshd");
        string folder = Directory.CreateTempSubdirectory("interop-").FullName;
        List<string> lines = [];
        int number = 0;
        foreach (SshPrivateKey key in Keys.AllOfHost)
        {
            string path = Write(folder, $"host{number++}", key.ToOpenSshPem());
            string certificate = Keys.Certify(key, SshCertificateKind.Host, Keys.HostAddress).ToAuthorizedKeysLine();
            lines.AddRange([$"HostKey {path}", $"HostCertificate {Write(folder, Path.GetFileName(path) + "-cert.pub", certificate + "\n")}"]);
        }

        string users = string.Join('\n', Keys.AllOfUser.Select(key => key.PublicKey.ToAuthorizedKeysLine())) + "\n"
            + $"cert-authority,principals=\"{Keys.Login}\" {Keys.Authority.PublicKey.ToAuthorizedKeysLine()}\n";
        int port = Programs.FreePort();
        lines.AddRange(
        [
            $"Port {port}", "ListenAddress 127.0.0.1", $"AuthorizedKeysFile {Write(folder, "authorized_keys", users)}", "StrictModes no", "UsePAM no",
            "PidFile none", "LogLevel ERROR", "PermitRootLogin yes", "PasswordAuthentication no", "MaxStartups 100", "Subsystem sftp internal-sftp",
            $"KexAlgorithms {string.Join(',', Choice.All.Where(choice => choice.Kind == Choice.KeyExchange && programs.Has(choice)).Select(choice => choice.Algorithm))}",
            .. programs.ServerConfiguration,
        ]);
        string configuration = Write(folder, "sshd_config", string.Join('\n', lines) + "\n");
        Process process = Process.Start(new ProcessStartInfo(programs.Server, ["-D", "-e", "-f", configuration]) { RedirectStandardError = true })!;
        return new TheirServer(process, folder, port);
    }

    public async Task<SshConnection> ConnectAsync(Choice choice, long? rekeyBytes = null)
    {
        SshPrivateKey key = Keys.UserKey(choice.UserKeyAlgorithm);
        string host = Keys.IsCertificate(choice.HostKeyAlgorithm)
            ? KnownHostsFile.FormatLine([Keys.HostAddress], Keys.Authority.PublicKey, KnownHostsMarker.CertificateAuthority)
            : KnownHostsFile.FormatLine([Keys.HostAddress], Keys.HostKey(choice.HostKeyAlgorithm).PublicKey);
        KnownHostsVerifier verifier = new(KnownHostsFile.Parse(host), Keys.HostAddress);
        SshAlgorithms lists = choice.Lists with { HostKeys = choice.Kind == Choice.HostKey ? [choice.Algorithm] : verifier.Order(SshAlgorithms.Default.HostKeys) };
        SshTransportOptions transport = new() { Algorithms = lists };
        return await SshConnection.ConnectAsync(await DialAsync(), new SshClientOptions
        {
            UserName = Environment.UserName,
            Credentials = [Keys.Credential(key, choice.UserKeyAlgorithm, SshCertificateKind.User, Keys.Login)],
            HostKeyVerifier = verifier,
            Transport = rekeyBytes is { } bytes ? transport with { RekeyBytes = bytes } : transport,
        }).WaitAsync(Limit);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync().WaitAsync(Limit);
        await _log;
        _process.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Until it listens.</summary>
    private async Task<Socket> DialAsync()
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, Port);
                return socket;
            }
            catch (SocketException) when (Stopwatch.GetElapsedTime(start) < Limit && !_process.HasExited)
            {
                socket.Dispose();
                await Task.Delay(20);
            }
        }
    }

    private async Task ReadLogAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
            TestContext.Current.TestOutputHelper?.WriteLine(line);
    }

    private static string Write(string folder, string name, string text)
    {
        string path = Path.Combine(folder, name);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }
}
