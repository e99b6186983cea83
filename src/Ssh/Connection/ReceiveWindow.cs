namespace Teleport.Ssh.Connection;

/// <summary>What the peer may send on a channel (RFC 4254 section 5.2): back-pressure, and growth on long links.</summary>
/// <remarks>
/// Data counts until the application has consumed it. A sender that waits for the window sends one window a round trip; so the
/// window grows, while the reader keeps up, until it holds what arrives within two of them. Not further: what is in the window is
/// in memory when the reader falters, and no longer in the cache when it gets to it. Nor does it grow again when growing did not
/// help: a sender that queues whatever the window allows looks like a long link, and gets slower by longer queues. Thread-safe.
/// </remarks>
internal sealed class ReceiveWindow
{
    /// <summary>The largest data packet that we accept.</summary>
    public const int MaxPacket = 32 * 1024;

    /// <summary>What every channel has, beside the shared budget.</summary>
    private const long BaseSize = 64 * 1024;

    private const long InitialSize = 2 * 1024 * 1024;
    private const long LargestSize = 1L << 30;

    /// <summary>Doubling the window of a long link doubles the rate; less than this is chance.</summary>
    private const double WorthwhileGain = 1.25;

    private readonly Lock _gate = new();
    private readonly WindowBudget _budget;
    private long _size;
    private long _remaining;
    private long _unread;
    private long _consumed;
    private long _measured;
    private long _measuredSince;
    private double _rateBeforeGrowth;
    private bool _closed;
    private bool _released;

    private ReceiveWindow(WindowBudget budget)
    {
        _budget = budget;
        _size = BaseSize + budget.Take(InitialSize - BaseSize);
        _remaining = _size;
        InitialBytes = (uint)_size;
        _measuredSince = budget.RoundTrip.Start();
    }

    public uint InitialBytes { get; }

    /// <summary>Makes a window, or <see langword="null"/> if the connection has too many.</summary>
    public static ReceiveWindow? TryCreate(WindowBudget budget) => budget.TryAddWindow() ? new ReceiveWindow(budget) : null;

    /// <summary>Counts received data.</summary>
    /// <exception cref="SshProtocolException">The peer sent more than it may.</exception>
    public void OnReceived(int bytes)
    {
        lock (_gate)
        {
            if (bytes > MaxPacket)
                throw new SshProtocolException($"The peer sent {bytes} bytes in one packet; {MaxPacket} are allowed.");
            if (bytes > _remaining)
                throw new SshProtocolException($"The peer sent {bytes} bytes, but its window has only {_remaining} left.");

            _remaining -= bytes;
            _unread += bytes;
        }
    }

    /// <summary>Counts consumed data.</summary>
    /// <returns>The bytes to grant the peer now; 0 for none yet.</returns>
    public uint OnConsumed(long bytes)
    {
        lock (_gate)
        {
            _unread -= bytes;
            _consumed += bytes;
            if (_closed)
            {
                ReleaseIfRead();
                return 0;
            }

            // A quarter at a time: few messages, and the peer never runs dry on a short link.
            if (_consumed < _size / 4)
                return 0;

            _measured += _consumed;
            long grant = _consumed + Grow();
            _consumed = 0;
            _remaining += grant;
            return (uint)grant;
        }
    }

    /// <summary>No more data comes. The place in the budget is free once all is consumed.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            ReleaseIfRead();
        }
    }

    /// <summary>Doubles the window if it is smaller than what arrived in two round trips, and was read.</summary>
    private long Grow()
    {
        if (_measured < _size)
            return 0;

        TimeSpan elapsed = _budget.RoundTrip.TimeProvider.GetElapsedTime(_measuredSince);
        double perTick = (double)_measured / Math.Max(1, elapsed.Ticks);
        _measured = 0;
        _measuredSince = _budget.RoundTrip.Start();
        if (_unread > _size / 4 || _size >= 2 * perTick * _budget.RoundTrip.Shortest.Ticks || perTick < WorthwhileGain * _rateBeforeGrowth)
            return 0;

        long growth = _budget.Take(Math.Min(_size, LargestSize - _size));
        _size += growth;
        _rateBeforeGrowth = perTick;
        return growth;
    }

    private void ReleaseIfRead()
    {
        if (_unread > 0 || _released)
            return;

        _released = true;
        _budget.Return(_size - BaseSize);
        _budget.RemoveWindow();
    }
}
