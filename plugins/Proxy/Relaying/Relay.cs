using System.Net.Sockets;
using Teleport.Ssh;

namespace Teleport.Proxy.Relaying;

/// <summary>Connects two ends until both have said all, one is lost, or a limit is reached.</summary>
internal sealed class Relay(RelayLimits limits, TimeProvider time)
{
    // One end said that it is done: the other may finish, but not linger.
    private static readonly TimeSpan HalfClosedTimeout = TimeSpan.FromSeconds(60);

    private readonly RelayMeter _meter = new(time);

    /// <summary>Bytes moved so far, both ways.</summary>
    public long Bytes => _meter.Bytes;

    /// <summary>Relays between a channel and a target.</summary>
    /// <returns>Why a limit ended it, for the user; <c>null</c>: it ended by itself.</returns>
    public Task<string?> RunAsync(SshChannel client, RelayTarget target, CancellationToken cancellationToken) => RunAsync(
        async stop =>
        {
            await BytePump.MoveAsync(client.Input, target.Stream, _meter, stop);
            await target.CompleteWritingAsync();
        },
        async stop =>
        {
            await BytePump.MoveAsync(target.Stream, client.Output, _meter, stop);
            await client.SendEofAsync();
        },
        cancellationToken);

    /// <summary>Relays between a connection and a target.</summary>
    /// <returns>As the other.</returns>
    public Task<string?> RunAsync(Stream client, Func<ValueTask> completeClient, RelayTarget target, CancellationToken cancellationToken) => RunAsync(
        async stop =>
        {
            await BytePump.MoveAsync(client, target.Stream, _meter, stop);
            await target.CompleteWritingAsync();
        },
        async stop =>
        {
            await BytePump.MoveAsync(target.Stream, client, _meter, stop);
            await completeClient();
        },
        cancellationToken);

    private async Task<string?> RunAsync(Func<CancellationToken, Task> upward, Func<CancellationToken, Task> downward, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<bool> up = GuardAsync(upward, stop.Token);
        Task<bool> down = GuardAsync(downward, stop.Token);
        Task<string?> limit = WatchAsync(watching.Token);
        Task both = Task.WhenAll(up, down);
        Task first = await Task.WhenAny(up, down, limit);
        if (first == up || first == down)
        {
            // An end that was lost takes the other with it; one that only finished does not.
            if (await (Task<bool>)first)
            {
                Task lingering = LingerAsync(watching.Token);
                await Task.WhenAny(both, limit, lingering);
            }
        }

        bool limited = limit.IsCompleted && !cancellationToken.IsCancellationRequested;
        await stop.CancelAsync();
        await watching.CancelAsync();
        await both;
        string? reason = await limit;
        return limited ? reason : null;
    }

    /// <summary>Runs one direction.</summary>
    /// <returns>Whether its source ended in the ordinary way.</returns>
    private static async Task<bool> GuardAsync(Func<CancellationToken, Task> direction, CancellationToken stop)
    {
        try
        {
            await direction(stop);
            return true;
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException or SshException or InvalidOperationException)
        {
            return false;
        }
    }

    private async Task<string?> WatchAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                TimeSpan untilIdle = limits.IdleTimeout is { } idle ? idle - _meter.Idle : Timeout.InfiniteTimeSpan;
                if (limits.IdleTimeout is not null && untilIdle <= TimeSpan.Zero)
                {
                    return $"the connection was closed because nothing was sent for {limits.IdleTimeout}";
                }

                TimeSpan untilExpiry = limits.DisconnectAt is { } end ? end - time.GetUtcNow() : Timeout.InfiniteTimeSpan;
                if (limits.DisconnectAt is not null && untilExpiry <= TimeSpan.Zero)
                {
                    return "the connection was closed because your certificate has expired: run tsh login";
                }

                await Task.Delay(Sooner(untilIdle, untilExpiry), time, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private async Task LingerAsync(CancellationToken cancellationToken)
    {
        try
        {
            for (TimeSpan left = HalfClosedTimeout; left > TimeSpan.Zero; left = HalfClosedTimeout - _meter.Idle)
            {
                await Task.Delay(left, time, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The relay ended by itself.
        }
    }

    // A timer holds at most 49 days.
    private static TimeSpan Sooner(TimeSpan a, TimeSpan b)
    {
        TimeSpan sooner = a == Timeout.InfiniteTimeSpan ? b : b == Timeout.InfiniteTimeSpan ? a : a < b ? a : b;
        return sooner > TimeSpan.FromDays(1) ? TimeSpan.FromDays(1) : sooner;
    }
}
