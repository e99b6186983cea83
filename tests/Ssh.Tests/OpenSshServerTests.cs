using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Teleport.Ssh.Forwarding;
using Teleport.Ssh.Sessions;

namespace Teleport.Ssh.Tests;

/// <summary>Our client with OpenSSH's server.</summary>
public sealed class OpenSshServerTests
{
    public static TheoryData<string> KeyExchanges => ["curve25519-sha256", "sntrup761x25519-sha512@openssh.com", "ecdh-sha2-nistp521", "diffie-hellman-group14-sha256", "diffie-hellman-group16-sha512"];

    public static TheoryData<string> Ciphers => [.. SshAlgorithms.SupportedCiphers];

    [Theory]
    [MemberData(nameof(KeyExchanges))]
    public async Task Exec_EachKeyExchange_RunsTheCommand(string name)
    {
        await using OpenSshServer server = await OpenSshServer.StartAsync();
        await using SshConnection client = await server.ConnectAsync(new() { Algorithms = SshAlgorithms.Default with { KeyExchange = [name] } });

        Assert.Equal("hi\n", await RunAsync(client, "echo hi"));
    }

    [Theory]
    [MemberData(nameof(Ciphers))]
    public async Task Exec_EachCipher_RunsTheCommand(string name)
    {
        await using OpenSshServer server = await OpenSshServer.StartAsync();
        await using SshConnection client = await server.ConnectAsync(new() { Algorithms = SshAlgorithms.Default with { Ciphers = [name] } });

        Assert.Equal("hi\n", await RunAsync(client, "echo hi"));
    }

    [Fact]
    public async Task Exec_CommandFails_TellsStatusAndBothOutputs()
    {
        await using OpenSshServer server = await OpenSshServer.StartAsync();
        await using SshConnection client = await server.ConnectAsync();
        await using SshSession session = await SshSession.OpenAsync(client);
        await session.SetEnvAsync("TEST_NAME", "value");

        await session.ExecAsync("echo out $TEST_NAME; echo err >&2; exit 7");

        Assert.Equal("out value\n", await ReadAsync(session.Stdout));
        Assert.Equal("err\n", await ReadAsync(session.Stderr));
        Assert.Equal(7, (await session.WaitForExitAsync().WaitAsync(SshPair.Patience)).Code);
    }

    [Fact]
    public async Task Shell_WithTerminal_AnswersAndDiesBySignal()
    {
        await using OpenSshServer server = await OpenSshServer.StartAsync();
        await using SshConnection client = await server.ConnectAsync();
        await using SshSession session = await SshSession.OpenAsync(client);
        await session.RequestPtyAsync("xterm", 80, 24);
        await session.ShellAsync();
        await session.ResizeAsync(132, 50);

        await session.Stdin.WriteAsync("stty size; exit 3\n"u8.ToArray());

        Assert.Contains("50 132", await ReadAsync(session.Stdout), StringComparison.Ordinal);
        Assert.Equal(3, (await session.WaitForExitAsync().WaitAsync(SshPair.Patience)).Code);
    }

    [Fact]
    public async Task Exec_LargeBothWaysWithRekeying_LosesNothing()
    {
        await using OpenSshServer server = await OpenSshServer.StartAsync("RekeyLimit 4M");
        await using SshConnection client = await server.ConnectAsync(new() { RekeyBytes = 3 * 1024 * 1024 });
        await using SshSession session = await SshSession.OpenAsync(client);
        await session.ExecAsync("cat");
        byte[] data = RandomNumberGenerator.GetBytes(20 * 1024 * 1024);

        Task<byte[]> reading = ReadBytesAsync(session.Stdout);
        await session.Stdin.WriteAsync(data).AsTask().WaitAsync(SshPair.Patience);
        await session.Stdin.CompleteAsync();

        byte[] received = await reading.WaitAsync(SshPair.Patience);
        Assert.True(data.AsSpan().SequenceEqual(received));
    }

    [Fact]
    public async Task LocalForwarder_ToEchoingService_CarriesBytes()
    {
        await using OpenSshServer server = await OpenSshServer.StartAsync();
        await using SshConnection client = await server.ConnectAsync();
        using TcpListener target = new(IPAddress.Loopback, 0);
        target.Start();
        await using LocalForwarder forwarder =
            LocalForwarder.Start(client, new IPEndPoint(IPAddress.Loopback, 0), "127.0.0.1", ((IPEndPoint)target.LocalEndpoint).Port);

        using TcpClient dialled = new();
        await dialled.ConnectAsync((IPEndPoint)forwarder.LocalEndPoint);
        await dialled.GetStream().WriteAsync("ping"u8.ToArray());
        dialled.Client.Shutdown(SocketShutdown.Send);
        using TcpClient accepted = await target.AcceptTcpClientAsync().WaitAsync(SshPair.Patience);
        using StreamReader reader = new(accepted.GetStream());

        Assert.Equal("ping", await reader.ReadToEndAsync().WaitAsync(SshPair.Patience));
    }

    [Theory]
    [InlineData("050100" + "0501000109" + "LOCALHOST" + "PORT")]
    [InlineData("0401" + "PORT" + "7F000001" + "757365" + "00")]
    [InlineData("0401" + "PORT" + "00000001" + "00" + "6C6F63616C686F7374" + "00")]
    [InlineData("050100" + "050100" + "01" + "7F000001" + "PORT")]
    public async Task DynamicForwarder_EachVersionOfSocks_ReachesTheTarget(string request)
    {
        await using OpenSshServer server = await OpenSshServer.StartAsync();
        await using SshConnection client = await server.ConnectAsync();
        using TcpListener target = new(IPAddress.Loopback, 0);
        target.Start();
        await using DynamicForwarder forwarder = DynamicForwarder.Start(client, new IPEndPoint(IPAddress.Loopback, 0));
        string port = ((IPEndPoint)target.LocalEndpoint).Port.ToString("X4", System.Globalization.CultureInfo.InvariantCulture);
        string bytes = request.Replace("0109LOCALHOST", "03096C6F63616C686F7374", StringComparison.Ordinal).Replace("PORT", port, StringComparison.Ordinal);

        using TcpClient dialled = new();
        await dialled.ConnectAsync((IPEndPoint)forwarder.LocalEndPoint);
        await dialled.GetStream().WriteAsync(Convert.FromHexString(bytes));
        byte[] answer = new byte[request.StartsWith("05", StringComparison.Ordinal) ? 12 : 8];
        await dialled.GetStream().ReadExactlyAsync(answer).AsTask().WaitAsync(SshPair.Patience);
        await dialled.GetStream().WriteAsync("ping"u8.ToArray());
        dialled.Client.Shutdown(SocketShutdown.Send);
        using TcpClient accepted = await target.AcceptTcpClientAsync().WaitAsync(SshPair.Patience);
        using StreamReader reader = new(accepted.GetStream());

        Assert.Equal("ping", await reader.ReadToEndAsync().WaitAsync(SshPair.Patience));
    }

    [Fact]
    public async Task RemoteForwarder_ConnectionToTheServer_ReachesOurTarget()
    {
        RemoteForwarder? forwarder = null;
        await using OpenSshServer server = await OpenSshServer.StartAsync();
        await using SshConnection client = await server.ConnectAsync(handler: new ForwardedChannels(() => forwarder!));
        using TcpListener target = new(IPAddress.Loopback, 0);
        target.Start();
        forwarder = new RemoteForwarder(async (host, port, ct) =>
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Parse(host), (int)port, ct);
            return socket;
        });
        uint remotePort = await forwarder.StartAsync(client, "127.0.0.1", 0, "127.0.0.1", (uint)((IPEndPoint)target.LocalEndpoint).Port);

        using TcpClient dialled = new();
        await dialled.ConnectAsync(IPAddress.Loopback, (int)remotePort);
        await dialled.GetStream().WriteAsync("pong"u8.ToArray());
        dialled.Client.Shutdown(SocketShutdown.Send);
        using TcpClient accepted = await target.AcceptTcpClientAsync().WaitAsync(SshPair.Patience);
        using StreamReader reader = new(accepted.GetStream());

        Assert.Equal("pong", await reader.ReadToEndAsync().WaitAsync(SshPair.Patience));
    }

    private static async Task<string> RunAsync(SshConnection client, string command)
    {
        await using SshSession session = await SshSession.OpenAsync(client);
        await session.ExecAsync(command);
        return await ReadAsync(session.Stdout);
    }

    private static async Task<string> ReadAsync(PipeReader reader) => Encoding.UTF8.GetString(await ReadBytesAsync(reader));

    private static async Task<byte[]> ReadBytesAsync(PipeReader reader)
    {
        using MemoryStream stream = new();
        await reader.CopyToAsync(stream).WaitAsync(SshPair.Patience);
        return stream.ToArray();
    }

    private sealed class ForwardedChannels(Func<RemoteForwarder> forwarder) : ISshConnectionHandler
    {
        public async ValueTask OnChannelOpenAsync(SshChannelOpen open, CancellationToken ct) => _ = await forwarder().TryAcceptAsync(open, ct);

        public ValueTask<SshGlobalReply> OnGlobalRequestAsync(string name, ReadOnlyMemory<byte> payload, CancellationToken ct) =>
            ValueTask.FromResult(SshGlobalReply.Failure);
    }
}
