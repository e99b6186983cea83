using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;

namespace Teleport.Ssh.Tests.Connection;

/// <summary>A peer that leaves says why; that nothing can be sent to it any more must not hide it.</summary>
public sealed class LastWordsTests
{
    [Fact]
    public async Task Send_ToAPeerThatHasLeft_TellsWhyThePeerLeft()
    {
        await using Pair pair = await Pair.ConnectAsync();
        await using SshChannel channel = await pair.Client.OpenChannelAsync("echo");
        pair.Stream.IsBroken = true;

        await channel.Output.WriteAsync("x"u8.ToArray());
        await pair.Stream.Failed.WaitAsync(SshPair.Patience);
        Task<SshConnectionException> writing = Assert.ThrowsAsync<SshConnectionException>(
            () => channel.Output.WriteAsync(new byte[32]).AsTask().WaitAsync(SshPair.Patience));
        await pair.Server.CloseAsync(SshDisconnectReason.ByApplication, "Your certificate has expired.").WaitAsync(SshPair.Patience);

        SshConnectionException reading = await Assert.ThrowsAsync<SshConnectionException>(
            () => channel.Input.ReadAsync().AsTask().WaitAsync(SshPair.Patience));
        await pair.Client.Completion.WaitAsync(SshPair.Patience);
        Assert.True(pair.Client.CloseReason!.ByPeer);
        Assert.Contains("certificate has expired", pair.Client.CloseReason.Description, StringComparison.Ordinal);
        Assert.Contains("certificate has expired", reading.Message, StringComparison.Ordinal);
        Assert.Contains("certificate has expired", (await writing).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_ToAPeerThatSaysNothingMore_EndsTheConnectionInTime()
    {
        FakeTimeProvider time = new();
        await using Pair pair = await Pair.ConnectAsync(SshTransportOptions.Default with { TimeProvider = time });
        await using SshChannel channel = await pair.Client.OpenChannelAsync("echo");
        pair.Stream.IsBroken = true;

        await channel.Output.WriteAsync("x"u8.ToArray());
        await pair.Stream.Failed.WaitAsync(SshPair.Patience);
        while (!pair.Client.Completion.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(pair.Client.Completion, Task.Delay(10));
        }

        Assert.False(pair.Client.CloseReason!.ByPeer);
        Assert.Contains("Broken pipe", pair.Client.CloseReason.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Abort_WhileTheReadingLoopWaitsForAHandler_EndsTheConnection()
    {
        await using SshPair pair = await SshPair.ConnectAsync(new StuckHandler());
        for (int count = 0; count < 200; count++)
            _ = pair.Client.SendGlobalRequestAsync("stuck", default, wantReply: false);

        await pair.Client.DisposeAsync().AsTask().WaitAsync(SshPair.Patience);
        await pair.Server.CloseAsync(SshDisconnectReason.ByApplication, "enough").WaitAsync(SshPair.Patience);
    }

    private sealed class StuckHandler : ISshConnectionHandler
    {
        public ValueTask OnChannelOpenAsync(SshChannelOpen open, CancellationToken ct) => ValueTask.CompletedTask;

        public async ValueTask<SshGlobalReply> OnGlobalRequestAsync(string name, ReadOnlyMemory<byte> payload, CancellationToken ct)
        {
            await Task.Delay(Timeout.Infinite, ct);
            return SshGlobalReply.Failure;
        }
    }

    private sealed class Pair(SshConnection client, SshConnection server, BreakableStream stream) : IAsyncDisposable
    {
        public SshConnection Client => client;

        public SshConnection Server => server;

        public BreakableStream Stream => stream;

        public static async Task<Pair> ConnectAsync(SshTransportOptions? transport = null)
        {
            (Socket clientSocket, Socket serverSocket) = await SshPair.ConnectSocketsAsync();
            Task<SshConnection> accepting = SshConnection.AcceptAsync(serverSocket, SshPair.ServerOptions(new EchoHandler()));
            BreakableStream stream = new(clientSocket);
            SshConnection client = await SshConnection.ConnectAsync(stream, SshPair.ClientOptions(transport: transport)).WaitAsync(SshPair.Patience);
            return new Pair(client, await accepting.WaitAsync(SshPair.Patience), stream);
        }

        public async ValueTask DisposeAsync()
        {
            await client.DisposeAsync();
            await server.DisposeAsync();
        }
    }

    /// <summary>A socket whose sending half can break, as it does when the peer has closed with data unread.</summary>
    private sealed class BreakableStream(Socket socket) : NetworkStream(socket, ownsSocket: true)
    {
        private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsBroken { get; set; }

        public Task Failed => _failed.Task;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (!IsBroken)
                return base.WriteAsync(buffer, cancellationToken);

            _failed.TrySetResult();
            return ValueTask.FromException(new IOException("Broken pipe"));
        }
    }
}
