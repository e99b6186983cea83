namespace Teleport.Ssh.Connection;

/// <summary>Requests of ours whose answers are due, in the order in which they were sent. Thread-safe.</summary>
internal sealed class PendingReplies<T>
{
    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource<T>> _queue = new();
    private Exception? _failure;

    /// <summary>Adds a request; call in the order of sending.</summary>
    public Task<T> Add()
    {
        TaskCompletionSource<T> source = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_failure is null)
                _queue.Enqueue(source);
            else
                source.SetException(_failure);
        }

        return source.Task;
    }

    /// <summary>Answers the oldest request.</summary>
    /// <exception cref="SshProtocolException">No answer is due.</exception>
    public void Complete(T reply)
    {
        TaskCompletionSource<T>? source;
        lock (_gate)
        {
            if (!_queue.TryDequeue(out source))
                throw new SshProtocolException("The peer answered a request that was never made.");
        }

        source.TrySetResult(reply);
    }

    /// <summary>Fails all requests, and those still to come.</summary>
    public void Fail(Exception exception)
    {
        lock (_gate)
        {
            _failure ??= exception;
            while (_queue.TryDequeue(out TaskCompletionSource<T>? source))
            {
                source.TrySetException(exception);
                _ = source.Task.Exception; // observed: the asker may have given up waiting
            }
        }
    }
}
