using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Teleport.Ssh.Connection;

/// <summary>Received data of a channel as a pipe reader that tells the window what was consumed.</summary>
internal sealed class ChannelInput : PipeReader
{
    // The window bounds what is in the pipe: it never pauses its writer.
    private static readonly PipeOptions Options =
        new(ReceiveBlockPool.Instance, pauseWriterThreshold: 0, useSynchronizationContext: false);

    private readonly Lock _gate = new();
    private readonly Pipe _pipe = new(Options);
    private readonly Action<long> _onConsumed;
    private ReadOnlySequence<byte> _current;
    private long _unread;
    private bool _ended;
    private bool _inUse;
    private volatile bool _abandoned;

    public ChannelInput(Action<long> onConsumed) => _onConsumed = onConsumed;

    /// <summary>Whether the input is due for <see cref="Publish"/>. For the reading loop only.</summary>
    public bool IsQueued { get; set; }

    /// <summary>Adds data; the reader sees it after <see cref="Publish"/>. Called by the reading loop.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        if (_ended || _abandoned)
        {
            _onConsumed(data.Length);
            return;
        }

        // One segment for the whole packet, not several of the smallest size.
        data.CopyTo(_pipe.Writer.GetSpan(data.Length));
        _pipe.Writer.Advance(data.Length);
        Interlocked.Add(ref _unread, data.Length);
        if (_abandoned)
            ConsumeRest(); // in between
    }

    /// <summary>Wakes the reader. Called by the reading loop when no more packets are at hand.</summary>
    public void Publish()
    {
        IsQueued = false;
        if (_ended)
            return;

        ValueTask<FlushResult> flush = _pipe.Writer.FlushAsync(CancellationToken.None);
        if (!flush.IsCompletedSuccessfully)
            throw new InvalidOperationException("A pipe without pausing had to wait.");

        _ = flush.Result;
    }

    /// <summary>No more data comes. Called by the reading loop.</summary>
    public void End(Exception? failure = null)
    {
        if (_ended)
            return;

        _ended = true;
        _pipe.Writer.Complete(failure);
    }

    /// <summary>Drops what is unread and what still comes; whoever reads at the moment sees the end.</summary>
    public void Abandon()
    {
        lock (_gate)
        {
            if (_abandoned)
                return;

            _abandoned = true;
            if (_inUse)
                _pipe.Reader.CancelPendingRead(); // its buffer is given back when the reader lets go of it
            else
                _pipe.Reader.Complete();
        }

        ConsumeRest();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (_abandoned)
                return new ReadResult(default, isCanceled: false, isCompleted: true);

            _inUse = true;
        }

        try
        {
            _current = default;
            ReadResult result = await _pipe.Reader.ReadAsync(cancellationToken);
            _current = result.Buffer;
            return _abandoned ? new ReadResult(result.Buffer, isCanceled: false, isCompleted: true) : result;
        }
        catch
        {
            _inUse = false;
            throw;
        }
    }

    public override bool TryRead(out ReadResult result)
    {
        lock (_gate)
        {
            if (_abandoned)
            {
                result = new ReadResult(default, isCanceled: false, isCompleted: true);
                return true;
            }

            if (!_pipe.Reader.TryRead(out result))
                return false;

            _inUse = true;
        }

        _current = result.Buffer;
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (!_inUse)
            return; // the end after an abandonment, which has no buffer

        long bytes = _current.Slice(_current.Start, consumed).Length;
        _current = default;
        lock (_gate)
        {
            _inUse = false;
            _pipe.Reader.AdvanceTo(consumed, examined);
            if (_abandoned)
            {
                _pipe.Reader.Complete();
                return;
            }
        }

        if (bytes == 0)
            return;

        Interlocked.Add(ref _unread, -bytes);
        _onConsumed(bytes);
    }

    public override void CancelPendingRead() => _pipe.Reader.CancelPendingRead();

    public override void Complete(Exception? exception = null)
    {
        _inUse = false; // the reader itself says that it is done
        Abandon();
    }

    private void ConsumeRest() => _onConsumed(Interlocked.Exchange(ref _unread, 0));
}
