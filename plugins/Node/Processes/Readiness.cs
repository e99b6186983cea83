using System.Threading.Tasks.Sources;

namespace Teleport.Node.Processes;

/// <summary>One direction of a descriptor: remembers an edge that came while nobody waited, and wakes the one who waits.</summary>
/// <remarks>One waiter at a time. A remembered edge may be stale; whoever is woken tries, and waits again.</remarks>
internal sealed class Readiness : IValueTaskSource
{
    private readonly Lock _gate = new();
    private ManualResetValueTaskSourceCore<bool> _source = new() { RunContinuationsAsynchronously = true };
    private bool _signaled;
    private bool _waiting;
    private bool _closed;

    public ValueTask WaitAsync()
    {
        lock (_gate)
        {
            if (_signaled || _closed)
            {
                _signaled = false;
                return ValueTask.CompletedTask;
            }

            if (_waiting)
            {
                throw new InvalidOperationException("Somebody waits for this direction already.");
            }

            _source.Reset();
            _waiting = true;
            return new ValueTask(this, _source.Version);
        }
    }

    public void Signal()
    {
        lock (_gate)
        {
            if (!_waiting)
            {
                _signaled = true;
                return;
            }

            _waiting = false;
        }

        _source.SetResult(true);
    }

    /// <summary>From now on nobody waits.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            if (!_waiting)
            {
                return;
            }

            _waiting = false;
        }

        _source.SetResult(true);
    }

    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
