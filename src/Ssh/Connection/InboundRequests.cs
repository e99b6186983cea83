namespace Teleport.Ssh.Connection;

/// <summary>Runs the peer's requests one after the other, without holding up the reading loop until too many wait.</summary>
/// <param name="process">Handles one request; must not throw.</param>
internal sealed class InboundRequests(Func<InboundRequest, ValueTask> process)
{
    private const int MaxWaiting = 128;

    private readonly Lock _gate = new();
    private readonly Queue<InboundRequest> _waiting = new();
    private TaskCompletionSource? _room;
    private bool _running;

    /// <summary>Takes a request: runs it at once, or queues it behind others.</summary>
    /// <param name="request">The request.</param>
    /// <param name="ct">Cancels the waiting for a place in the queue.</param>
    /// <returns>Done when the next request may come.</returns>
    public async ValueTask AddAsync(InboundRequest request, CancellationToken ct)
    {
        while (true)
        {
            Task room;
            lock (_gate)
            {
                if (!_running)
                {
                    _running = true;
                    break;
                }

                if (_waiting.Count < MaxWaiting)
                {
                    _waiting.Enqueue(request);
                    return;
                }

                _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                room = _room.Task;
            }

            await room.WaitAsync(ct);
        }

        ValueTask first = process(request);
        if (first.IsCompletedSuccessfully && TryFinish())
            return;

        Rest = RunAsync(first);
    }

    /// <summary>The requests under way, for whoever waits for the connection's end.</summary>
    public Task Rest { get; private set; } = Task.CompletedTask;

    private async Task RunAsync(ValueTask current)
    {
        await current;
        while (TryTake(out InboundRequest request))
            await process(request);
    }

    private bool TryFinish()
    {
        lock (_gate)
        {
            if (_waiting.Count > 0)
                return false;

            _running = false;
            return true;
        }
    }

    private bool TryTake(out InboundRequest request)
    {
        lock (_gate)
        {
            if (!_waiting.TryDequeue(out request))
            {
                _running = false;
                return false;
            }

            _room?.TrySetResult();
            _room = null;
            return true;
        }
    }
}
