using Teleport.Client.Terminals;

namespace Teleport.Tsh;

/// <summary>The viewer's keys while a recording plays: space or p pauses, an arrow to the right goes on at once, q or Ctrl-C ends.</summary>
internal sealed class PlayControl(CancellationTokenSource stop)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _skip = NewSignal();
    private TaskCompletionSource? _paused;

    /// <summary>Reads keys until told to stop.</summary>
    public async Task ListenAsync(CancellationToken cancellationToken)
    {
        await using Stream input = LocalTerminal.OpenInput();
        byte[] keys = new byte[16];
        while (await input.ReadAsync(keys, cancellationToken) is > 0 and var read)
        {
            ReadOnlySpan<byte> typed = keys.AsSpan(0, read);
            if (typed.SequenceEqual("\u001b[C"u8))
            {
                Skip();
            }
            else if (typed[0] is (byte)' ' or (byte)'p')
            {
                Toggle();
            }
            else if (typed[0] is (byte)'q' or 3)
            {
                await stop.CancelAsync();
            }
        }
    }

    /// <summary>Waits as long as the recording did, and for as long as it is paused.</summary>
    public async Task WaitAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        Task skip;
        lock (_gate)
        {
            skip = _skip.Task;
        }

        if (wait > TimeSpan.Zero)
        {
            await Task.WhenAny(Task.Delay(wait, cancellationToken), skip);
            cancellationToken.ThrowIfCancellationRequested();
        }

        while (Paused() is { } paused)
        {
            await paused.WaitAsync(cancellationToken);
        }
    }

    private Task? Paused()
    {
        lock (_gate)
        {
            return _paused?.Task;
        }
    }

    private void Toggle()
    {
        lock (_gate)
        {
            TaskCompletionSource? was = _paused;
            _paused = was is null ? NewSignal() : null;
            was?.SetResult();
        }
    }

    private void Skip()
    {
        lock (_gate)
        {
            _skip.SetResult();
            _skip = NewSignal();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
