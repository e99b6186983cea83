namespace Teleport.Ssh.Connection;

/// <summary>Owns what handlers do beside the reading loop, so that the connection's end can wait for it. Thread-safe.</summary>
internal sealed class BackgroundTasks
{
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _running = [];

    /// <summary>Takes over a task, which must not throw.</summary>
    public void Own(ValueTask valueTask)
    {
        if (valueTask.IsCompletedSuccessfully)
            return;

        Task task = valueTask.AsTask();
        lock (_gate)
            _running.Add(task);

        _ = task.ContinueWith(Remove, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Waits for all that run now.</summary>
    public Task WaitAsync()
    {
        lock (_gate)
            return Task.WhenAll(_running);
    }

    private void Remove(Task task)
    {
        lock (_gate)
            _running.Remove(task);
    }
}
