using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Teleport.Ssh.Sessions;

namespace Teleport.Ssh.Tests.Connection;

public sealed class ChannelTests
{
    [Fact]
    public async Task Transfer_BothWaysWithConstantRekeying_LosesNothing()
    {
        SshTransportOptions eager = new() { RekeyBytes = 512 * 1024 };
        await using SshPair pair = await SshPair.ConnectAsync(new EchoHandler(), client: eager, server: eager);
        byte[] data = RandomNumberGenerator.GetBytes(24 * 1024 * 1024);
        byte[] firstSession = pair.Client.SessionId.ToArray();

        byte[][] received = await Task.WhenAll(EchoAsync(pair.Client, data), EchoAsync(pair.Client, data), EchoAsync(pair.Client, data));

        Assert.All(received, bytes => Assert.True(bytes.AsSpan().SequenceEqual(data)));
        Assert.Equal(firstSession, pair.Client.SessionId.ToArray());
    }

    [Fact]
    public async Task Rekey_AskedForByBothAtOnce_WorksAgainAndAgain()
    {
        await using SshPair pair = await SshPair.ConnectAsync(new EchoHandler());
        for (int round = 0; round < 20; round++)
        {
            pair.Client.RenewKeys();
            pair.Server.RenewKeys();
            Assert.Equal([1, 2, 3], await EchoAsync(pair.Client, [1, 2, 3]));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Rekey_AfterPackets_HappensUnderLoad(bool byTheClient)
    {
        SshTransportOptions eager = new() { RekeyPackets = 50 };
        await using SshPair pair = await SshPair.ConnectAsync(new EchoHandler(), client: byTheClient ? eager : null, server: byTheClient ? null : eager);
        SshNegotiatedAlgorithms first = pair.Client.NegotiatedAlgorithms;
        byte[] data = RandomNumberGenerator.GetBytes(10 * 1024 * 1024);

        Assert.Equal(data, await EchoAsync(pair.Client, data));

        Assert.NotSame(first, pair.Client.NegotiatedAlgorithms); // each exchange makes its own
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Rekey_AfterTime_HappensWithTheNextTraffic(bool byTheClient)
    {
        FakeTimeProvider time = new();
        SshTransportOptions hourly = new() { RekeyInterval = TimeSpan.FromHours(1), TimeProvider = time };
        await using SshPair pair = await SshPair.ConnectAsync(new EchoHandler(), client: byTheClient ? hourly : null, server: byTheClient ? null : hourly);
        SshNegotiatedAlgorithms first = pair.Client.NegotiatedAlgorithms;
        Assert.Equal([1], await EchoAsync(pair.Client, [1]));
        Assert.Same(first, pair.Client.NegotiatedAlgorithms);

        time.Advance(TimeSpan.FromHours(1));
        for (int round = 0; round < 100 && ReferenceEquals(first, pair.Client.NegotiatedAlgorithms); round++)
            Assert.Equal([2], await EchoAsync(pair.Client, [2]));

        Assert.NotSame(first, pair.Client.NegotiatedAlgorithms);
    }

    [Fact]
    public async Task Requests_DuringRekeying_AreAnsweredInOrder()
    {
        await using SshPair pair = await SshPair.ConnectAsync(new EchoHandler());
        List<Task<SshGlobalReply>> replies = [];
        for (int index = 0; index < 300; index++)
        {
            if (index % 50 == 0)
                pair.Client.RenewKeys();
            if (index % 70 == 0)
                pair.Server.RenewKeys();

            replies.Add(pair.Client.SendGlobalRequestAsync("echo", BitConverter.GetBytes(index), wantReply: true));
        }

        for (int index = 0; index < replies.Count; index++)
            Assert.Equal(index, BitConverter.ToInt32((await replies[index].WaitAsync(SshPair.Patience)).Payload.Span));
    }

    [Fact]
    public async Task Channels_ManyAtOnce_EachCarriesItsOwn()
    {
        await using SshPair pair = await SshPair.ConnectAsync(new EchoHandler());
        byte[][] data = [.. Enumerable.Range(0, 300).Select(index => RandomNumberGenerator.GetBytes(1000 + (index * 100)))];

        byte[][] received = await Task.WhenAll(data.Select(bytes => EchoAsync(pair.Client, bytes)));

        Assert.Equal(data, received);
    }

    [Fact]
    public async Task Output_NobodyReads_WaitsAtTheWindow_AndGoesOnWhenRead()
    {
        Holder holder = new();
        await using SshPair pair = await SshPair.ConnectAsync(holder);
        SshChannel client = await pair.Client.OpenChannelAsync("held");
        SshChannel server = await holder.Channel.WaitAsync(SshPair.Patience);
        byte[] data = RandomNumberGenerator.GetBytes(8 * 1024 * 1024);

        Task writing = client.Output.WriteAsync(data).AsTask();
        using CancellationTokenSource soon = new(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing.WaitAsync(soon.Token));

        Task<byte[]> reading = ReadAllAsync(server.Input);
        await writing.WaitAsync(SshPair.Patience);
        await client.SendEofAsync();
        byte[] received = await reading;
        Assert.True(data.AsSpan().SequenceEqual(received));
    }

    [Fact]
    public async Task Output_Cancelled_ThrowsAndTheChannelGoesOn()
    {
        Holder holder = new();
        await using SshPair pair = await SshPair.ConnectAsync(holder);
        SshChannel client = await pair.Client.OpenChannelAsync("held");
        using CancellationTokenSource soon = new(TimeSpan.FromMilliseconds(100));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await client.Output.WriteAsync(new byte[8 * 1024 * 1024], soon.Token));

        SshChannel server = await holder.Channel;
        await client.SendEofAsync();
        Assert.InRange((await ReadAllAsync(server.Input)).Length, 1, 8 * 1024 * 1024);
    }

    [Fact]
    public async Task Eof_OneDirection_LeavesTheOtherOpen()
    {
        Holder holder = new();
        await using SshPair pair = await SshPair.ConnectAsync(holder);
        SshChannel client = await pair.Client.OpenChannelAsync("held");
        SshChannel server = await holder.Channel.WaitAsync(SshPair.Patience);

        await client.SendEofAsync();
        Assert.Empty(await ReadAllAsync(server.Input));
        await server.Output.WriteAsync("late"u8.ToArray());
        await server.CloseAsync();

        Assert.Equal("late", Encoding.UTF8.GetString(await ReadAllAsync(client.Input)));
        await client.Completion.WaitAsync(SshPair.Patience);
        Assert.Equal(0, pair.Client.ChannelCount);
        Assert.Equal(0, pair.Server.ChannelCount);
    }

    [Fact]
    public async Task Write_AfterTheChannelIsClosed_SaysCompleted()
    {
        Holder holder = new();
        await using SshPair pair = await SshPair.ConnectAsync(holder);
        SshChannel client = await pair.Client.OpenChannelAsync("held");
        await (await holder.Channel).CloseAsync();
        await client.Completion.WaitAsync(SshPair.Patience);

        Assert.True((await client.Output.WriteAsync(new byte[10])).IsCompleted);
        Assert.False(await client.SendRequestAsync("yes", default, wantReply: true));
    }

    [Fact]
    public async Task Input_ConnectionLost_Fails()
    {
        Holder holder = new();
        await using SshPair pair = await SshPair.ConnectAsync(holder);
        SshChannel client = await pair.Client.OpenChannelAsync("held");
        Task<byte[]> reading = ReadAllAsync(client.Input);

        await pair.Server.CloseAsync(SshDisconnectReason.TooManyConnections, "enough");

        SshConnectionException exception = await Assert.ThrowsAsync<SshConnectionException>(() => reading);
        Assert.Equal(SshDisconnectReason.TooManyConnections, exception.Reason);
        Assert.Contains("enough", exception.Message, StringComparison.Ordinal);
        Assert.True(pair.Client.CloseReason!.ByPeer);
        await client.Completion.WaitAsync(SshPair.Patience);
        await Assert.ThrowsAsync<SshConnectionException>(async () => await client.Output.WriteAsync(new byte[1]));
        await Assert.ThrowsAsync<SshConnectionException>(() => client.SendRequestAsync("yes", default, wantReply: true));
        await Assert.ThrowsAsync<SshConnectionException>(() => pair.Client.OpenChannelAsync("held"));
    }

    [Fact]
    public async Task Requests_SentInARow_AreAnsweredInOrder()
    {
        await using SshPair pair = await SshPair.ConnectAsync(new EchoHandler());
        SshChannel channel = await pair.Client.OpenChannelAsync("echo");

        bool[] answers = await Task.WhenAll(
            Enumerable.Range(0, 100).Select(index => channel.SendRequestAsync(index % 3 == 0 ? "yes" : "no", default, wantReply: true)));

        Assert.Equal(Enumerable.Range(0, 100).Select(index => index % 3 == 0), answers);
    }

    [Fact]
    public async Task Open_TypeUnknown_IsRefused()
    {
        await using SshPair pair = await SshPair.ConnectAsync(new EchoHandler());

        SshChannelOpenException exception = await Assert.ThrowsAsync<SshChannelOpenException>(() => pair.Client.OpenChannelAsync("nonsense"));

        Assert.Equal(ChannelOpenFailure.UnknownChannelType, exception.Reason);
    }

    [Fact]
    public async Task Session_ExitStatusAndStderr_ReachTheClient()
    {
        await using SshPair pair = await SshPair.ConnectAsync(new CommandHandler());
        await using SshSession session = await SshSession.OpenAsync(pair.Client);
        await session.ExecAsync("nonsense");

        Assert.Equal("unknown command nonsense\n", Encoding.UTF8.GetString(await ReadAllAsync(session.Stderr)));
        Assert.Equal(127, (await session.WaitForExitAsync().WaitAsync(SshPair.Patience)).Code);
    }

    [Fact]
    public async Task Handler_Throws_IsReportedAndTheRequestFails()
    {
        TaskCompletionSource<Exception> reported = new();
        SshTransportOptions options = new() { OnHandlerError = (_, exception) => reported.TrySetResult(exception) };
        await using SshPair pair = await SshPair.ConnectAsync(new ThrowingHandler(), server: options);

        Assert.False((await pair.Client.SendGlobalRequestAsync("x", default, wantReply: true)).IsSuccess);
        await Assert.ThrowsAsync<SshChannelOpenException>(() => pair.Client.OpenChannelAsync("x"));
        Assert.Equal("on purpose", (await reported.Task).Message);
    }

    [Fact]
    public async Task KeepAlive_PeerSilent_ClosesTheConnection()
    {
        SshTransportOptions options = new() { KeepAliveInterval = TimeSpan.FromMilliseconds(50), KeepAliveCountMax = 2 };
        await using RawPeer peer = await RawPeer.LogInAsync(server: options);

        Assert.Equal(SshDisconnectReason.ConnectionLost, (await peer.AwaitRefusalAsync()).Reason);
    }

    [Fact]
    public async Task KeepAlive_PeerAnswers_KeepsTheConnection()
    {
        SshTransportOptions options = new() { KeepAliveInterval = TimeSpan.FromMilliseconds(20), KeepAliveCountMax = 2 };
        await using SshPair pair = await SshPair.ConnectAsync(new EchoHandler(), server: options);
        using CancellationTokenSource later = new(TimeSpan.FromMilliseconds(500));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pair.Server.Completion.WaitAsync(later.Token));

        Assert.Equal([1], await EchoAsync(pair.Client, [1]));
    }

    [Fact]
    public async Task Connection_InsideAChannel_Works()
    {
        Holder holder = new();
        await using SshPair outer = await SshPair.ConnectAsync(holder);
        SshChannel client = await outer.Client.OpenChannelAsync("held");
        SshChannel server = await holder.Channel.WaitAsync(SshPair.Patience);

        Task<SshConnection> accepting = SshConnection.AcceptAsync(server.AsStream(), SshPair.ServerOptions(new EchoHandler()));
        await using SshConnection inner = await SshConnection.ConnectAsync(client.AsStream(), SshPair.ClientOptions()).WaitAsync(SshPair.Patience);
        await using SshConnection accepted = await accepting;
        byte[] data = RandomNumberGenerator.GetBytes(5_000_000);

        byte[] received = await EchoAsync(inner, data);
        Assert.True(data.AsSpan().SequenceEqual(received));
    }

    private static async Task<byte[]> EchoAsync(SshConnection client, byte[] data)
    {
        SshChannel channel = await client.OpenChannelAsync("echo").WaitAsync(SshPair.Patience);
        Task<byte[]> reading = ReadAllAsync(channel.Input);
        await channel.Output.WriteAsync(data).AsTask().WaitAsync(SshPair.Patience);
        await channel.SendEofAsync();
        byte[] received = await reading;
        await channel.CloseAsync();
        return received;
    }

    private static async Task<byte[]> ReadAllAsync(PipeReader reader)
    {
        using MemoryStream stream = new();
        await reader.CopyToAsync(stream).WaitAsync(SshPair.Patience);
        return stream.ToArray();
    }

    /// <summary>Accepts one channel and hands it to the test.</summary>
    private sealed class Holder : ISshConnectionHandler
    {
        private readonly TaskCompletionSource<SshChannel> _channel = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<SshChannel> Channel => _channel.Task;

        public ValueTask OnChannelOpenAsync(SshChannelOpen open, CancellationToken ct)
        {
            _channel.TrySetResult(open.Accept());
            return ValueTask.CompletedTask;
        }

        public ValueTask<SshGlobalReply> OnGlobalRequestAsync(string name, ReadOnlyMemory<byte> payload, CancellationToken ct) =>
            ValueTask.FromResult(SshGlobalReply.Failure);
    }

    private sealed class ThrowingHandler : ISshConnectionHandler
    {
        public ValueTask OnChannelOpenAsync(SshChannelOpen open, CancellationToken ct) => throw new InvalidOperationException("on purpose");

        public ValueTask<SshGlobalReply> OnGlobalRequestAsync(string name, ReadOnlyMemory<byte> payload, CancellationToken ct) =>
            throw new InvalidOperationException("on purpose");
    }
}
