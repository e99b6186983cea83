using System.Buffers.Binary;
using System.Net.Sockets;

namespace Teleport.Ssh.Tests.Transport;

/// <summary>A man in the middle who inserts and drops packets: the prefix truncation attack.</summary>
public sealed class StrictKeyExchangeTests
{
    private const byte Ignore = 2;
    private const byte Unimplemented = 3;
    private const byte Debug = 4;
    private const byte NewKeys = 21;

    [Fact]
    public async Task H02_NothingChanged_BothConnect()
    {
        (Exception? client, Exception? server) = await RunAsync(new Relay(), new Relay());

        Assert.Null(client);
        Assert.Null(server);
    }

    [Theory]
    [InlineData(Ignore, true)]
    [InlineData(Ignore, false)]
    [InlineData(Debug, true)]
    [InlineData(Debug, false)]
    [InlineData(Unimplemented, true)]
    [InlineData(Unimplemented, false)]
    public async Task H02_PacketInsertedBeforeNewKeys_EndsTheConnection(byte number, bool towardsServer)
    {
        Relay inserting = new() { InsertBeforeNewKeys = number };
        (Exception? client, Exception? server) = towardsServer ? await RunAsync(inserting, new Relay()) : await RunAsync(new Relay(), inserting);

        Assert.IsAssignableFrom<SshException>(towardsServer ? server : client);
        Assert.NotNull(client);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task H02_PacketInsertedBeforeKeyExchangeInit_EndsTheConnection(bool towardsServer)
    {
        Relay inserting = new() { InsertFirst = true };
        (Exception? client, Exception? server) = towardsServer ? await RunAsync(inserting, new Relay()) : await RunAsync(new Relay(), inserting);

        Assert.IsAssignableFrom<SshProtocolException>(towardsServer ? server : client);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task H02_PacketInsertedAndFirstProtectedPacketDropped_EndsTheConnection(bool towardsServer)
    {
        Relay truncating = new() { InsertBeforeNewKeys = Ignore, DropFirstProtected = true };
        (Exception? client, Exception? server) = towardsServer ? await RunAsync(truncating, new Relay()) : await RunAsync(new Relay(), truncating);

        Assert.IsAssignableFrom<SshException>(towardsServer ? server : client);
    }

    /// <summary>AES-GCM shows the lengths of packets, which the man in the middle needs to find their borders.</summary>
    private static async Task<(Exception? Client, Exception? Server)> RunAsync(Relay towardsServer, Relay towardsClient)
    {
        SshTransportOptions options = new()
        {
            Algorithms = SshAlgorithms.Default with { Ciphers = ["aes128-gcm@openssh.com"], KeyExchange = ["curve25519-sha256"] },
            HandshakeTimeout = TimeSpan.FromSeconds(3),
        };
        (Socket clientSocket, Socket clientSide) = await SshPair.ConnectSocketsAsync();
        (Socket serverSide, Socket serverSocket) = await SshPair.ConnectSocketsAsync();
        Task<SshConnection> accepting = SshConnection.AcceptAsync(serverSocket, SshPair.ServerOptions(transport: options));
        Task<SshConnection> connecting = SshConnection.ConnectAsync(clientSocket, SshPair.ClientOptions(transport: options));
        Task[] relays = [towardsServer.RunAsync(clientSide, serverSide), towardsClient.RunAsync(serverSide, clientSide)];
        Exception? client = await OutcomeAsync(connecting);
        Exception? server = await OutcomeAsync(accepting);
        await Task.WhenAll(relays).WaitAsync(SshPair.Patience);
        return (client, server);
    }

    private static async Task<Exception?> OutcomeAsync(Task<SshConnection> connecting)
    {
        try
        {
            await using SshConnection connection = await connecting.WaitAsync(SshPair.Patience);
            return null;
        }
        catch (SshException exception)
        {
            return exception;
        }
    }

    /// <summary>One direction of the man in the middle.</summary>
    private sealed class Relay
    {
        private const int TagSize = 16;

        public byte? InsertBeforeNewKeys { get; init; }

        public bool InsertFirst { get; init; }

        public bool DropFirstProtected { get; init; }

        public async Task RunAsync(Socket from, Socket to)
        {
            try
            {
                await using NetworkStream source = new(from);
                await using NetworkStream target = new(to);
                await ForwardLineAsync(source, target);
                if (InsertFirst)
                    await target.WriteAsync(Plain(Ignore));

                bool isProtected = false;
                bool dropped = !DropFirstProtected;
                while (true)
                {
                    byte[] packet = await ReadPacketAsync(source, isProtected);
                    if (!isProtected && packet[5] == NewKeys)
                    {
                        isProtected = true;
                        if (InsertBeforeNewKeys is { } number)
                            await target.WriteAsync(Plain(number));
                    }
                    else if (isProtected && !dropped)
                    {
                        dropped = true;
                        continue;
                    }

                    await target.WriteAsync(packet);
                }
            }
            catch (Exception exception) when (exception is IOException or ObjectDisposedException)
            {
                // One of the sides has had enough.
                from.Dispose();
                to.Dispose();
            }
        }

        private static async Task ForwardLineAsync(NetworkStream source, NetworkStream target)
        {
            byte[] one = new byte[1];
            do
            {
                await source.ReadExactlyAsync(one);
                await target.WriteAsync(one);
            }
            while (one[0] != '\n');
        }

        private static async Task<byte[]> ReadPacketAsync(NetworkStream source, bool isProtected)
        {
            byte[] length = new byte[4];
            await source.ReadExactlyAsync(length);
            byte[] packet = new byte[4 + BinaryPrimitives.ReadInt32BigEndian(length) + (isProtected ? TagSize : 0)];
            length.CopyTo(packet, 0);
            await source.ReadExactlyAsync(packet.AsMemory(4));
            return packet;
        }

        /// <summary>An unprotected packet with a body of zeros, which suits IGNORE, DEBUG and UNIMPLEMENTED alike.</summary>
        private static byte[] Plain(byte number)
        {
            byte[] packet = new byte[24];
            BinaryPrimitives.WriteInt32BigEndian(packet, 20);
            packet[4] = number == Debug ? (byte)9 : (byte)14;
            packet[5] = number;
            return packet;
        }
    }
}
