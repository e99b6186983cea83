using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Teleport.Bench.Gateway;

/// <summary>A long way: passes bytes on to a port of loopback after a time, in both directions, at any rate.</summary>
internal sealed class DelayRelay(TimeSpan oneWay) : IAsyncDisposable
{
    private const int BlockBytes = 64 * 1024;

    private readonly CancellationTokenSource _stop = new();
    private readonly List<TcpListener> _listeners = [];

    /// <summary>Opens a port that leads to another one.</summary>
    public int To(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, Ports.Free());
        listener.Start();
        _listeners.Add(listener);
        _ = AcceptAsync(listener, port);
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listeners.ForEach(static listener => listener.Dispose());
        _stop.Dispose();
    }

    private async Task AcceptAsync(TcpListener listener, int port)
    {
        try
        {
            while (true)
            {
                Socket near = await listener.AcceptSocketAsync(_stop.Token);
                _ = RelayAsync(near, port);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The bench is over.
        }
    }

    private async Task RelayAsync(Socket near, int port)
    {
        using Socket far = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using Socket mine = near;
        near.NoDelay = true;
        try
        {
            await far.ConnectAsync(IPAddress.Loopback, port, _stop.Token);
            await Task.WhenAll(PassAsync(near, far), PassAsync(far, near));
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // One side is gone; closing tells the other.
        }
    }

    private async Task PassAsync(Socket from, Socket to)
    {
        // Unbounded on purpose: a long way holds as many bytes as are sent into it.
        var onTheWay = Channel.CreateUnbounded<(long Due, byte[] Bytes)>();
        Task reading = Task.Run(async () =>
        {
            byte[] block = new byte[BlockBytes];
            int read;
            while ((read = await from.ReceiveAsync(block, _stop.Token)) > 0)
            {
                onTheWay.Writer.TryWrite((Stopwatch.GetTimestamp() + (long)(oneWay.TotalSeconds * Stopwatch.Frequency), block[..read]));
            }

            onTheWay.Writer.Complete();
        });
        await foreach ((long due, byte[] bytes) in onTheWay.Reader.ReadAllAsync(_stop.Token))
        {
            TimeSpan wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, _stop.Token);
            }

            await to.SendAsync(bytes, _stop.Token);
        }

        await reading;
        to.Shutdown(SocketShutdown.Send);
    }
}
