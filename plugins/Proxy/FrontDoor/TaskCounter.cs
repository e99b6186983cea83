namespace Teleport.Proxy.FrontDoor;

/// <summary>Owns tasks that come and go, so that somebody can wait until none is left. Safe for use by several threads.</summary>
internal sealed class TaskCounter
{
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _running = [];

    /// <summary>Takes a task over. It must not fail: its faults are its own to report.</summary>
    public void Add(Task task)
    {
        lock (_gate)
        {
            _running.Add(task);
        }

        task.ContinueWith(Remove, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Ends when no task is left.</summary>
    public async Task WhenZeroAsync()
    {
        while (true)
        {
            Task[] running;
            lock (_gate)
            {
                running = [.. _running];
            }

            if (running.Length == 0)
            {
                return;
            }

            await Task.WhenAll(running);
        }
    }

    private void Remove(Task task)
    {
        lock (_gate)
        {
            _running.Remove(task);
        }
    }
}
