namespace Teleport.Delivery.Requests;

/// <summary>Requests that have to be looked at, each at most once at a time and in no more copies than one, however often it changes.</summary>
/// <remarks>Holds ids only, so a flood of changes costs little. Safe for use by several threads.</remarks>
internal sealed class RequestQueue(TimeProvider time, PluginHealth health) : IDisposable
{
    private const int MaxSignals = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Slot> _slots = new(StringComparer.Ordinal);
    private readonly PriorityQueue<string, (DateTimeOffset Due, long Turn)> _order = new();
    private readonly SemaphoreSlim _more = new(0);
    private long _turn;

    /// <summary>How many wait or are being looked at.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _slots.Count;
            }
        }
    }

    /// <summary>Age of the oldest request that waits, in seconds.</summary>
    public double Age()
    {
        lock (_gate)
        {
            return _slots.Count == 0 ? 0 : (time.GetUtcNow() - _slots.Values.Min(static s => s.Since)).TotalSeconds;
        }
    }

    public void Dispose() => _more.Dispose();

    /// <summary>Has a request looked at soon; again, if somebody looks at it right now.</summary>
    public void Add(string id)
    {
        lock (_gate)
        {
            DateTimeOffset now = time.GetUtcNow();
            if (!_slots.TryGetValue(id, out Slot? slot))
            {
                slot = new Slot { Since = now };
                _slots[id] = slot;
            }

            slot.IsDirty = true;
            if (!slot.IsTaken)
            {
                Schedule(id, slot, now);
            }

            Report();
        }
    }

    /// <summary>Has everything looked at now that waits for a later time.</summary>
    public void Hurry()
    {
        lock (_gate)
        {
            DateTimeOffset now = time.GetUtcNow();
            foreach ((string id, Slot slot) in _slots)
            {
                if (!slot.IsTaken && slot.Due > now)
                {
                    Schedule(id, slot, now);
                }
            }
        }
    }

    /// <summary>Takes the next request that is due.</summary>
    public async Task<string> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            TimeSpan wait;
            lock (_gate)
            {
                if (TryTake(out string? id, out wait))
                {
                    return id!;
                }
            }

            using var timer = new CancellationTokenSource(wait, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
            try
            {
                await _more.WaitAsync(either.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Something may be due now.
            }
        }
    }

    /// <summary>Gives a request back.</summary>
    /// <param name="id">The request.</param>
    /// <param name="next">When to look again; <c>null</c>: when it changes.</param>
    public void Done(string id, TimeSpan? next)
    {
        lock (_gate)
        {
            Slot slot = _slots[id];
            slot.IsTaken = false;
            DateTimeOffset now = time.GetUtcNow();
            if (slot.IsDirty && next is null)
            {
                Schedule(id, slot, now);
            }
            else if (next is { } wait)
            {
                Schedule(id, slot, now + wait);
            }
            else
            {
                _slots.Remove(id);
            }

            Report();
        }
    }

    private bool TryTake(out string? id, out TimeSpan wait)
    {
        DateTimeOffset now = time.GetUtcNow();
        while (_order.TryPeek(out id, out (DateTimeOffset Due, long Turn) order))
        {
            if (!_slots.TryGetValue(id, out Slot? slot) || slot.IsTaken || slot.Turn != order.Turn)
            {
                // Scheduled anew since, or done.
                _order.Dequeue();
                continue;
            }

            if (slot.Due > now)
            {
                wait = slot.Due - now;
                return false;
            }

            _order.Dequeue();
            (slot.IsTaken, slot.IsDirty) = (true, false);
            wait = TimeSpan.Zero;
            return true;
        }

        wait = TimeSpan.FromMinutes(1);
        return false;
    }

    private void Schedule(string id, Slot slot, DateTimeOffset due)
    {
        (slot.Due, slot.Turn) = (due, ++_turn);
        _order.Enqueue(id, (due, slot.Turn));
        if (_more.CurrentCount < MaxSignals)
        {
            _more.Release();
        }
    }

    private void Report()
    {
        health.Waiting = _slots.Count;
    }

    private sealed class Slot
    {
        public DateTimeOffset Since { get; init; }

        public DateTimeOffset Due { get; set; }

        public long Turn { get; set; }

        public bool IsTaken { get; set; }

        public bool IsDirty { get; set; }
    }
}
