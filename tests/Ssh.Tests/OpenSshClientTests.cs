using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Teleport.Ssh.Keys;

namespace Teleport.Ssh.Tests;

/// <summary>OpenSSH's client with our server.</summary>
public sealed class OpenSshClientTests
{
    public static TheoryData<string> Options =>
    [
        "Compression=no",
        "KexAlgorithms=sntrup761x25519-sha512@openssh.com",
        "KexAlgorithms=curve25519-sha256",
        "KexAlgorithms=ecdh-sha2-nistp256",
        "KexAlgorithms=diffie-hellman-group16-sha512",
        "Ciphers=aes128-gcm@openssh.com",
        "Ciphers=aes256-gcm@openssh.com",
        "Ciphers=chacha20-poly1305@openssh.com",
        "Ciphers=aes192-ctr",
        "MACs=hmac-sha2-512,hmac-sha2-256",
        "RekeyLimit=1M",
    ];

    [Theory]
    [MemberData(nameof(Options))]
    public async Task Ssh_EachOption_CarriesDataBothWays(string option)
    {
        await using TestServer server = TestServer.Start();
        string ciphers = option.StartsWith("MACs", StringComparison.Ordinal) ? "Ciphers=aes128-ctr" : "LogLevel=ERROR";
        byte[] data = RandomNumberGenerator.GetBytes(5 * 1024 * 1024);

        (int code, byte[] output, string error) = await server.SshAsync(["-o", option, "-o", ciphers], "cat", data);

        Assert.True(code == 0, error);
        Assert.True(data.AsSpan().SequenceEqual(output), $"{output.Length} bytes came back. {error}");
    }

    [Fact]
    public async Task Ssh_CommandUnknown_SeesStatusAndStderr()
    {
        await using TestServer server = TestServer.Start();

        (int code, _, string error) = await server.SshAsync([], "nonsense", []);

        Assert.Equal(127, code);
        Assert.Contains("unknown command nonsense", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ssh_WithCertificate_IsProvenWithIt()
    {
        await using TestServer server = TestServer.Start(withCertificate: true);

        (int code, _, string error) = await server.SshAsync([], "exit 5", []);

        Assert.True(code == 5, error);
        Assert.Contains(server.Authenticator.Attempts, attempt => attempt.Kind == SshAuthenticationKind.Proof && attempt.Certificate?.KeyId == "alice");
    }

    [Fact]
    public async Task Ssh_OtherKey_IsRefused()
    {
        await using TestServer server = TestServer.Start(acceptsKey: false);

        (int code, _, string error) = await server.SshAsync([], "exit 0", []);

        Assert.Equal(255, code);
        Assert.Contains("Permission denied (publickey)", error, StringComparison.Ordinal);
    }

    /// <summary>Our server on a loopback port, and the ssh that knows its key.</summary>
    private sealed class TestServer : IAsyncDisposable
    {
        private readonly TemporaryFolder _folder = new();
        private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly CancellationTokenSource _stop = new();
        private readonly SshServerOptions _options;
        private readonly Task _serving;

        private TestServer(SshPrivateKey userKey, SshPrivateKey hostKey, KeyAuthenticator authenticator, SshCertificate? certificate)
        {
            Authenticator = authenticator;
            _options = new SshServerOptions
            {
                HostKeys = [SshCredential.FromKey(hostKey)],
                Authenticator = authenticator,
                Handler = new CommandHandler(),
            };
            _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _listener.Listen();
            _folder.WriteSecret("key", userKey.ToOpenSshPem());
            if (certificate is not null)
                _folder.Write("key-cert.pub", certificate.ToAuthorizedKeysLine() + "\n");

            _folder.Write("known_hosts", $"[127.0.0.1]:{Port} {hostKey.PublicKey.ToAuthorizedKeysLine()}\n");
            _serving = ServeAsync();
        }

        public KeyAuthenticator Authenticator { get; }

        private int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

        public static TestServer Start(bool withCertificate = false, bool acceptsKey = true)
        {
            Tool.Require("ssh");
            SshPrivateKey userKey = SshPrivateKey.Generate(SshKeyKind.Ed25519);
            using SshPrivateKey authority = SshPrivateKey.Generate(SshKeyKind.Ed25519);
            SshCertificate? certificate = !withCertificate ? null : new SshCertificateRequest
            {
                Key = userKey.PublicKey,
                Kind = SshCertificateKind.User,
                KeyId = "alice",
                Principals = ["alice"],
                ValidAfter = DateTimeOffset.UnixEpoch,
                ValidBefore = null,
            }.Sign(authority);
            KeyAuthenticator authenticator = acceptsKey ? new(userKey.PublicKey) { WantsCertificate = withCertificate } : new();
            return new TestServer(userKey, SshPrivateKey.Generate(SshKeyKind.Ed25519), authenticator, certificate);
        }

        public async Task<(int Code, byte[] Output, string Error)> SshAsync(string[] arguments, string command, byte[] input)
        {
            ProcessStartInfo start = new("ssh",
            [
                "-F", "none", "-i", _folder.Path("key"), "-o", "IdentitiesOnly=yes", "-o", $"UserKnownHostsFile={_folder.Path("known_hosts")}",
                "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes", "-p", $"{Port}", .. arguments, "alice@127.0.0.1", command,
            ])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using Process process = Process.Start(start)!;
            try
            {
                using MemoryStream output = new();
                Task reading = process.StandardOutput.BaseStream.CopyToAsync(output);
                Task<string> error = process.StandardError.ReadToEndAsync();
                await WriteInputAsync(process, input);
                await process.WaitForExitAsync().WaitAsync(SshPair.Patience);
                await reading.WaitAsync(SshPair.Patience);
                return (process.ExitCode, output.ToArray(), await error);
            }
            finally
            {
                process.Kill();
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _serving.WaitAsync(SshPair.Patience);
            _listener.Dispose();
            _stop.Dispose();
            _folder.Dispose();
        }

        private static async Task WriteInputAsync(Process process, byte[] input)
        {
            try
            {
                await process.StandardInput.BaseStream.WriteAsync(input).AsTask().WaitAsync(SshPair.Patience);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // ssh has ended already: its output says why.
            }
        }

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    Socket socket = await _listener.AcceptAsync(_stop.Token);
                    try
                    {
                        await using SshConnection connection = await SshConnection.AcceptAsync(socket, _options, _stop.Token);
                        await connection.Completion.WaitAsync(_stop.Token);
                    }
                    catch (SshException)
                    {
                        // The client sees why.
                    }
                }
            }
            catch (OperationCanceledException)
            {
                // The test is over.
            }
        }
    }
}
