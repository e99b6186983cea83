using System.Net.Sockets;
using Teleport.Ssh.Cryptography;

namespace Teleport.Ssh.Tests.Hostile;

/// <summary>Attacks that aim at time, memory and descriptors. Alone, as they look at the whole process.</summary>
[Collection(nameof(ExhaustionTests))]
[CollectionDefinition(nameof(ExhaustionTests), DisableParallelization = true)]
public sealed class ExhaustionTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(400);

    [Fact]
    public async Task H03_RekeyOneByteAtATimeWhileMuchWaits_IsClosedInTime()
    {
        SshTransportOptions limits = new() { RekeyTimeout = Short };
        (Socket socket, Task<SshConnection> accepting) = await WirePeer.AttackServerAsync(SshPair.ServerOptions(new CommandHandler(), limits));
        await using WirePeer peer = new(socket);
        await peer.HandshakeAsync();
        await peer.LogInAsync(SshPair.UserPrivateKey);
        await using SshConnection server = await accepting.WaitAsync(SshPair.Patience);
        await peer.SendAsync(WirePeer.Packet(90, writer =>
        {
            writer.WriteString("session");
            writer.WriteUInt32(0);
            writer.WriteUInt32(uint.MaxValue);
            writer.WriteUInt32(32_768);
        }));
        await peer.ReceiveAsync(91);
        await peer.SendAsync(WirePeer.Packet(98, writer =>
        {
            writer.WriteUInt32(0);
            writer.WriteString("exec");
            writer.WriteBoolean(true);
            writer.WriteString("zeros 4000"); // MiB
        }));
        await peer.ReceiveAsync(94);
        long before = GC.GetTotalMemory(forceFullCollection: true);

        await peer.SendOfferAsync(isServer: false);
        byte[] dribble = peer.Seal([30, 0, 0, 0, 32, .. X25519.Generate().PublicKey]);
        foreach (byte one in dribble[..^1])
        {
            if (server.Completion.IsCompleted)
                break;
            await SendQuietlyAsync(peer, one);
            Assert.InRange(GC.GetTotalMemory(forceFullCollection: false) - before, long.MinValue, 64L << 20);
            await Task.WhenAny(server.Completion, Task.Delay(Short / 10));
        }

        await server.Completion.WaitAsync(SshPair.Patience);
        Assert.Equal(SshDisconnectReason.KeyExchangeFailed, server.CloseReason!.Reason);
    }

    [Fact]
    public async Task H03_FirstExchangeOneByteAtATime_IsClosedByTheGraceTime()
    {
        SshTransportOptions limits = new() { HandshakeTimeout = Short };
        (Socket socket, Task<SshConnection> accepting) = await WirePeer.AttackServerAsync(SshPair.ServerOptions(transport: limits));
        await using WirePeer peer = new(socket);
        while (!accepting.IsCompleted)
        {
            await SendQuietlyAsync(peer, (byte)'S');
            await Task.WhenAny(accepting, Task.Delay(Short / 10));
        }

        SshConnectionException exception = await Assert.ThrowsAsync<SshConnectionException>(() => accepting);
        Assert.Contains("handshake did not end", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task H04_GlobalRequestsWhoseAnswersAreNotRead_AreBounded_AndAChannelAnswersAfterwards()
    {
        const int count = 100_000;
        (Socket socket, Task<SshConnection> accepting) = await WirePeer.AttackServerAsync();
        await using WirePeer peer = new(socket);
        await peer.HandshakeAsync();
        await peer.LogInAsync(SshPair.UserPrivateKey);
        await using SshConnection server = await accepting.WaitAsync(SshPair.Patience);
        byte[] data = new byte[2000];
        long before = GC.GetTotalMemory(forceFullCollection: true);
        Task flood = Task.Run(async () =>
        {
            for (int index = 0; index < count; index++)
            {
                await peer.SendAsync(WirePeer.Packet(80, writer =>
                {
                    writer.WriteString("echo");
                    writer.WriteBoolean(true);
                    writer.WriteRaw(data);
                }));
            }
        });

        // 200 MB of answers are due: the sender is held up, and what waits stays small.
        await Assert.ThrowsAsync<TimeoutException>(() => flood.WaitAsync(Short));
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 32L << 20);

        for (int index = 0; index < count; index++)
            await peer.ReceiveAsync(81);
        await flood.WaitAsync(SshPair.Patience);
        await peer.SendAsync(WirePeer.Packet(90, writer =>
        {
            writer.WriteString("echo");
            writer.WriteUInt32(0);
            writer.WriteUInt32(1000);
            writer.WriteUInt32(1000);
        }));
        Assert.NotEmpty(await peer.ReceiveAsync(91));
    }

    [Fact]
    public async Task H01_H06_ManyAttacks_LeaveMemoryAndDescriptorsAsTheyWere()
    {
        await AttackManyTimesAsync(rounds: 20);
        (long memory, int descriptors) = Level();

        await AttackManyTimesAsync(rounds: 100);

        (long memoryAfter, int descriptorsAfter) = Level();
        Assert.InRange(descriptorsAfter, 0, descriptors + 2);
        Assert.InRange(memoryAfter, 0, (long)(memory * 1.1) + (1 << 20));
    }

    [Fact]
    public async Task H05_MoreThanFourGibibytesThroughAStream_ArriveWhole()
    {
        const long total = (4L << 30) + 12_345;
        await using SshPair pair = await SshPair.ConnectAsync(new EchoHandler());
        await using SshChannel channel = await pair.Client.OpenChannelAsync("echo");
        await using Stream stream = channel.AsStream();
        byte[] block = new byte[1 << 20];
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(5)); // it takes ten seconds
        Task writing = Task.Run(async () =>
        {
            for (long sent = 0; sent < total; sent += block.Length)
                await stream.WriteAsync(block.AsMemory(0, (int)Math.Min(block.Length, total - sent)), limit.Token);
            await channel.SendEofAsync();
        });

        long received = 0;
        byte[] buffer = new byte[1 << 20];
        while (await stream.ReadAsync(buffer, limit.Token) is > 0 and int read)
            received += read;

        await writing.WaitAsync(SshPair.Patience);
        Assert.Equal(total, received);
    }

    private static (long Memory, int Descriptors) Level()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return (GC.GetTotalMemory(forceFullCollection: true), Directory.GetFileSystemEntries("/proc/self/fd").Length);
    }

    /// <summary>Connections that end in every stage, each in a way of its own.</summary>
    private static async Task AttackManyTimesAsync(int rounds)
    {
        for (int round = 0; round < rounds; round++)
        {
            (Socket socket, Task<SshConnection> accepting) = await WirePeer.AttackServerAsync();
            await using WirePeer peer = new(socket);
            switch (round % 5)
            {
                case 0:
                    await peer.SendBytesAsync([.. "SSH-2.0-Wire\r\n"u8, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]);
                    break;
                case 1:
                    await peer.OfferAsync(isServer: false);
                    await peer.SendAsync(WirePeer.Packet(30, writer => writer.WriteBinary(new byte[32])));
                    break;
                case 2:
                    await peer.HandshakeAsync();
                    await peer.SendAsync(new byte[100], length: uint.MaxValue);
                    break;
                case 3:
                    await peer.HandshakeAsync();
                    break; // and away
                default:
                    await peer.HandshakeAsync();
                    await peer.LogInAsync(SshPair.UserPrivateKey);
                    await peer.SendAsync(WirePeer.Packet(94, writer => writer.WriteUInt32(99)));
                    break;
            }

            if (round % 5 != 3)
                await peer.AwaitEndAsync();
            await peer.DisposeAsync();
            await EndAsync(accepting);
        }
    }

    private static async Task EndAsync(Task<SshConnection> accepting)
    {
        try
        {
            await using SshConnection connection = await accepting.WaitAsync(SshPair.Patience);
            await connection.Completion.WaitAsync(SshPair.Patience);
        }
        catch (SshException)
        {
            // Refused before it was one.
        }
    }

    private static async Task SendQuietlyAsync(WirePeer peer, byte one)
    {
        try
        {
            await peer.SendBytesAsync([one]);
        }
        catch (IOException)
        {
            // The attacked side has hung up.
        }
    }
}
