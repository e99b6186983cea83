namespace Teleport.Delivery;

/// <summary>Background work that somebody awaits in the end.</summary>
internal sealed class OwnedWork : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _running = [];

    /// <summary>Starts work, which must report its own failures.</summary>
    public void Start(Func<CancellationToken, Task> work)
    {
        Task task = Task.Run(() => work(_stop.Token));
        lock (_gate)
        {
            _running.RemoveWhere(static t => t.IsCompleted);
            _running.Add(task);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Task[] running;
        lock (_gate)
        {
            running = [.. _running];
        }

        await Task.WhenAll(running);
        _stop.Dispose();
    }
}
