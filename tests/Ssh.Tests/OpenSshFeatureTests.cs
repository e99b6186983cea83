using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Teleport.Ssh.Forwarding;
using Teleport.Ssh.Keys;
using Teleport.Ssh.Sessions;

namespace Teleport.Ssh.Tests;

/// <summary>What OpenSSH invented, or does in its own way, with OpenSSH.</summary>
public sealed class OpenSshFeatureTests : IDisposable
{
    private readonly SshPrivateKey _second = SshPrivateKey.Generate(SshKeyKind.EcdsaP256);
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _second.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Connect_ServerWantsTwoKeys_GetsOneAfterTheOther()
    {
        using SshPrivateKey authority = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        string trusted = _folder.Write("authority.pub", authority.PublicKey.ToAuthorizedKeysLine() + "\n");
        await using OpenSshServer server = await OpenSshServer.StartAsync("AuthenticationMethods publickey,publickey", $"TrustedUserCAKeys {trusted}");
        SshCertificate certificate = new SshCertificateRequest
        {
            Key = _second.PublicKey,
            Kind = SshCertificateKind.User,
            KeyId = "second",
            Principals = [Environment.UserName],
            ValidAfter = DateTimeOffset.UnixEpoch,
            ValidBefore = null,
            Extensions = new Dictionary<string, string?> { ["permit-pty"] = null },
        }.Sign(authority);
        SshCredential first = SshCredential.FromKey(server.UserKey);
        SshCredential second = SshCredential.FromCertificate(_second, certificate);

        await using SshConnection client = await ConnectAsync(server, [first, second]);
        Assert.Equal("hi\n", await RunAsync(client, "echo hi"));
        await Assert.ThrowsAsync<SshAuthenticationException>(() => ConnectAsync(server, [first]));
    }

    [Fact]
    public async Task HostKeys_AnnouncedByTheServer_AreLearntOnceProven()
    {
        string path = _folder.WriteSecret("second", _second.ToOpenSshPem());
        await using OpenSshServer server = await OpenSshServer.StartAsync($"HostKey {path}");
        TaskCompletionSource<IReadOnlyList<SshPublicKey>> learnt = new(TaskCreationOptions.RunContinuationsAsynchronously);

        await using SshConnection client = await ConnectAsync(server, [SshCredential.FromKey(server.UserKey)], keys => learnt.TrySetResult(keys));

        Assert.Equal([server.HostKey, _second.PublicKey], await learnt.Task.WaitAsync(SshPair.Patience));
    }

    [Fact]
    public async Task HostKeys_AnnouncedToTheClient_AreWrittenToItsFile()
    {
        Tool.Require("ssh");
        using SshPrivateKey hostKey = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        int port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        string knownHosts = _folder.Write("known_hosts", KnownHostsFile.FormatLine([$"[127.0.0.1]:{port}"], hostKey.PublicKey) + "\n");
        string keyFile = _folder.WriteSecret("key", SshPair.UserPrivateKey.ToOpenSshPem());
        using Process process = Process.Start(new ProcessStartInfo("ssh",
        [
            "-F", "none", "-i", keyFile, "-o", "IdentitiesOnly=yes", "-o", $"UserKnownHostsFile={knownHosts}", "-o", "BatchMode=yes", "-o", "UpdateHostKeys=yes",
            "-p", $"{port}", "alice@127.0.0.1", "cat",
        ])
        { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        await using SshConnection connection = await SshConnection.AcceptAsync(await listener.AcceptAsync().WaitAsync(SshPair.Patience), new SshServerOptions
        {
            HostKeys = [SshCredential.FromKey(hostKey), SshCredential.FromKey(_second)],
            Authenticator = new KeyAuthenticator(SshPair.UserPublicKey),
            Handler = new CommandHandler(),
            AnnounceHostKeys = true,
        }).WaitAsync(SshPair.Patience);

        string line = _second.PublicKey.ToAuthorizedKeysLine();
        for (int waited = 0; waited < 500 && !(await File.ReadAllTextAsync(knownHosts)).Contains(line, StringComparison.Ordinal); waited++)
            await Task.Delay(20);

        process.StandardInput.Close();
        await process.WaitForExitAsync().WaitAsync(SshPair.Patience);
        Assert.Contains(line, await File.ReadAllTextAsync(knownHosts), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RemoteForwarder_UnixSocketOfTheServer_ReachesOurTarget()
    {
        RemoteForwarder? forwarder = null;
        await using OpenSshServer server = await OpenSshServer.StartAsync();
        await using SshConnection client = await server.ConnectAsync(handler: new Forwarded(() => forwarder!));
        using TcpListener target = new(IPAddress.Loopback, 0);
        target.Start();
        forwarder = new RemoteForwarder(async (host, port, ct) =>
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Parse(host), (int)port, ct);
            return socket;
        });
        string path = _folder.Path("socket");
        await forwarder.StartAsync(client, path, "127.0.0.1", (uint)((IPEndPoint)target.LocalEndpoint).Port);

        using Socket dialled = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await dialled.ConnectAsync(new UnixDomainSocketEndPoint(path));
        await dialled.SendAsync("pong"u8.ToArray());
        dialled.Shutdown(SocketShutdown.Send);
        using TcpClient accepted = await target.AcceptTcpClientAsync().WaitAsync(SshPair.Patience);
        using StreamReader reader = new(accepted.GetStream());
        Assert.Equal("pong", await reader.ReadToEndAsync().WaitAsync(SshPair.Patience));

        await forwarder.StopAsync(client, path);
        using Socket late = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await Assert.ThrowsAnyAsync<SocketException>(() => late.ConnectAsync(new UnixDomainSocketEndPoint(path)));
    }

    [Fact]
    public async Task Break_OnATerminal_IsDone()
    {
        await using OpenSshServer server = await OpenSshServer.StartAsync();
        await using SshConnection client = await server.ConnectAsync();
        await using SshSession session = await SshSession.OpenAsync(client);
        await session.RequestPtyAsync("xterm", 80, 24);
        await session.ExecAsync("cat");

        Assert.True(await session.BreakAsync(TimeSpan.FromMilliseconds(500)).WaitAsync(SshPair.Patience));
    }

    [Fact]
    public async Task X11_SwitchedOffAtTheServer_IsRefused()
    {
        await using OpenSshServer server = await OpenSshServer.StartAsync("X11Forwarding no");
        await using SshConnection client = await server.ConnectAsync();
        await using SshSession session = await SshSession.OpenAsync(client);

        Assert.False(await session.RequestX11ForwardingAsync("MIT-MAGIC-COOKIE-1", new string('0', 32)).WaitAsync(SshPair.Patience));
    }

    private static async Task<SshConnection> ConnectAsync(
        OpenSshServer server, IReadOnlyList<SshCredential> credentials, Action<IReadOnlyList<SshPublicKey>>? onHostKeys = null)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, server.Port);
        return await SshConnection.ConnectAsync(socket, new SshClientOptions
        {
            UserName = Environment.UserName,
            Credentials = credentials,
            HostKeyVerifier = new PinnedHostKey(server.HostKey),
            Transport = new SshTransportOptions { Algorithms = SshAlgorithms.Default with { HostKeys = ["ssh-ed25519"] } },
            OnHostKeys = onHostKeys is null ? null : (keys, _) =>
            {
                onHostKeys(keys);
                return ValueTask.CompletedTask;
            },
        }).WaitAsync(SshPair.Patience);
    }

    private static async Task<string> RunAsync(SshConnection client, string command)
    {
        await using SshSession session = await SshSession.OpenAsync(client);
        await session.ExecAsync(command);
        using MemoryStream output = new();
        await session.Stdout.CopyToAsync(output).WaitAsync(SshPair.Patience);
        return Encoding.UTF8.GetString(output.ToArray());
    }

    private sealed class Forwarded(Func<RemoteForwarder> forwarder) : ISshConnectionHandler
    {
        public async ValueTask OnChannelOpenAsync(SshChannelOpen open, CancellationToken ct) => _ = await forwarder().TryAcceptAsync(open, ct);

        public ValueTask<SshGlobalReply> OnGlobalRequestAsync(string name, ReadOnlyMemory<byte> payload, CancellationToken ct) =>
            ValueTask.FromResult(SshGlobalReply.Failure);
    }
}
