namespace Teleport.Ssh.Connection;

/// <summary>What we may still send on a channel (RFC 4254 section 5.2). Thread-safe.</summary>
internal sealed class SendWindow
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _change;
    private long _available;
    private bool _closed;

    /// <summary>Takes up to so many bytes; 0 if there are none now.</summary>
    public int Take(int wanted)
    {
        lock (_gate)
        {
            int taken = (int)Math.Min(wanted, _available);
            _available -= taken;
            return taken;
        }
    }

    /// <summary>Gives back what was taken and not sent.</summary>
    public void Return(int bytes)
    {
        lock (_gate)
            _available += bytes;
    }

    /// <exception cref="SshProtocolException">The window would pass 2^32 - 1 bytes.</exception>
    public void Add(uint bytes)
    {
        lock (_gate)
        {
            if (_available + bytes > uint.MaxValue)
                throw new SshProtocolException($"The peer added {bytes} bytes to a window of {_available}: more than 2^32 - 1.");

            _available += bytes;
            if (_available > 0)
                Release();
        }
    }

    /// <summary>Ends all waiting: nothing can be sent any more.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Release();
        }
    }

    /// <summary>Waits until there is something to take, or the channel is closed.</summary>
    public Task WaitAsync(CancellationToken ct)
    {
        lock (_gate)
        {
            if (_available > 0 || _closed)
                return Task.CompletedTask;

            _change ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _change.Task.WaitAsync(ct);
        }
    }

    private void Release()
    {
        _change?.TrySetResult();
        _change = null;
    }
}
