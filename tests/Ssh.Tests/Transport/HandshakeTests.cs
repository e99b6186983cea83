using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Teleport.Ssh.Keys;

namespace Teleport.Ssh.Tests.Transport;

/// <summary>What a stranger may try before it is authenticated, with bytes of its own.</summary>
public sealed class HandshakeTests
{
    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("SSH-1.5-old\r\n")]
    [InlineData("SSH-2.0-bell\u0007\r\n")]
    [InlineData("\n")]
    public async Task Accept_NotSsh_IsRefused(string line)
    {
        await RefusesAsync<SshProtocolException>(socket => SendAsync(socket, Encoding.Latin1.GetBytes(line)));
    }

    [Fact]
    public async Task H01_VersionLineWithoutEnd_IsRefused() =>
        await RefusesAsync<SshProtocolException>(socket => SendAsync(socket, [.. "SSH-2.0-"u8, .. new byte[5000].Select(_ => (byte)'a')]));

    [Theory]
    [InlineData(0U)]
    [InlineData(1U)]
    [InlineData(11U)]
    [InlineData(35_001U)]
    [InlineData(int.MaxValue)]
    [InlineData(uint.MaxValue)]
    public async Task H01_FirstPacketLength_Lies_IsRefusedAtOnce(uint length)
    {
        byte[] packet = new byte[16];
        BinaryPrimitives.WriteUInt32BigEndian(packet, length);
        packet[4] = 4;
        packet[5] = 20;

        await RefusesAsync<SshProtocolException>(socket => SendAsync(socket, [.. "SSH-2.0-Raw\r\n"u8, .. packet]));
    }

    [Fact]
    public async Task H03_FirstExchangeThatNeverEnds_IsClosedByTheGraceTime()
    {
        SshTransportOptions transport = new() { HandshakeTimeout = TimeSpan.FromMilliseconds(300) };

        SshConnectionException exception =
            await RefusesAsync<SshConnectionException>(socket => SendAsync(socket, "SSH-2.0-Raw\r\n"u8.ToArray()), transport);

        Assert.Contains("handshake did not end", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Accept_ClientLeaves_Throws() =>
        await RefusesAsync<SshConnectionException>(socket =>
        {
            socket.Dispose();
            return Task.CompletedTask;
        });

    [Fact]
    public async Task Accept_Cancelled_ThrowsAndClosesTheSocket()
    {
        (Socket client, Socket server) = await SshPair.ConnectSocketsAsync();
        using Socket open = client;
        using CancellationTokenSource cancel = new(TimeSpan.FromMilliseconds(50));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => SshConnection.AcceptAsync(server, SshPair.ServerOptions(), cancel.Token).WaitAsync(SshPair.Patience));

        Assert.Equal(0, await ReadToEndAsync(client));
    }

    [Fact]
    public async Task Connect_NothingInCommon_NamesBothLists()
    {
        SshTransportOptions client = new() { Algorithms = SshAlgorithms.Default with { Ciphers = ["aes128-ctr"] } };
        SshTransportOptions server = new() { Algorithms = SshAlgorithms.Default with { Ciphers = ["aes256-gcm@openssh.com"] } };
        (Socket clientSocket, Socket serverSocket) = await SshPair.ConnectSocketsAsync();
        Task<SshConnection> accepting = SshConnection.AcceptAsync(serverSocket, SshPair.ServerOptions(transport: server));
        Task<SshConnection> connecting = SshConnection.ConnectAsync(clientSocket, SshPair.ClientOptions(transport: client));

        SshAlgorithmNegotiationException exception = await Assert.ThrowsAsync<SshAlgorithmNegotiationException>(() => connecting.WaitAsync(SshPair.Patience));
        await Assert.ThrowsAnyAsync<SshException>(() => accepting.WaitAsync(SshPair.Patience));

        Assert.Equal(["aes128-ctr"], exception.Ours);
        Assert.Equal(["aes256-gcm@openssh.com"], exception.Theirs);
    }

    [Fact]
    public async Task Connect_HostKeyIsAnother_IsRefused()
    {
        using SshPrivateKey other = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        (Socket clientSocket, Socket serverSocket) = await SshPair.ConnectSocketsAsync();
        Task<SshConnection> accepting = SshConnection.AcceptAsync(serverSocket, SshPair.ServerOptions());
        SshClientOptions options = new() { UserName = "alice", HostKeyVerifier = new PinnedHostKey(other.PublicKey) };

        await Assert.ThrowsAsync<SshHostKeyException>(() => SshConnection.ConnectAsync(clientSocket, options).WaitAsync(SshPair.Patience));
        await Assert.ThrowsAnyAsync<SshException>(() => accepting.WaitAsync(SshPair.Patience));
    }

    [Fact]
    public void Options_UnknownAlgorithm_AreRefusedByName()
    {
        ArgumentException exception = Assert.Throws<ArgumentException>(() => (SshAlgorithms.Default with { Macs = ["hmac-md5"] }).Validate());

        Assert.Contains("hmac-md5", exception.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => (SshAlgorithms.Default with { Ciphers = [] }).Validate());
        Assert.Throws<ArgumentException>(() => (SshAlgorithms.Default with { PublicKeys = ["ssh-rsa"] }).Validate());
    }

    private static async Task<T> RefusesAsync<T>(Func<Socket, Task> attack, SshTransportOptions? transport = null)
        where T : Exception
    {
        (Socket client, Socket server) = await SshPair.ConnectSocketsAsync();
        using Socket attacker = client;
        Task<SshConnection> accepting = SshConnection.AcceptAsync(server, SshPair.ServerOptions(transport: transport));
        await attack(client);
        return await Assert.ThrowsAsync<T>(() => accepting.WaitAsync(SshPair.Patience));
    }

    private static async Task SendAsync(Socket socket, byte[] bytes) => await socket.SendAsync(bytes, SocketFlags.None);

    /// <summary>Reads until the end, and tells what the last read returned.</summary>
    private static async Task<int> ReadToEndAsync(Socket socket)
    {
        byte[] buffer = new byte[4096];
        int count;
        do
            count = await socket.ReceiveAsync(buffer, SocketFlags.None).WaitAsync(SshPair.Patience);
        while (count > 0);

        return count;
    }
}
