using System.IO.Pipelines;
using Teleport.Ssh.Transport;

namespace Teleport.Ssh.Connection;

/// <summary>A channel's data to the peer as a pipe writer. Flushing sends, and waits for window and connection.</summary>
internal sealed class ChannelOutput(SshChannel channel, ChannelSender sender) : PipeWriter
{
    private readonly PooledBuffer _buffer = new();
    private int _sent;
    private bool _completed;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _buffer.Count - _sent;

    public override void Advance(int bytes) => _buffer.Advance(bytes);

    public override Memory<byte> GetMemory(int sizeHint = 0) => _buffer.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _buffer.GetSpan(sizeHint);

    /// <summary>Sends what is buffered. What a cancelled call has not sent stays buffered.</summary>
    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        bool open = sender.CanSend;
        while (open && _sent < _buffer.Count)
        {
            int count = await sender.SendSomeAsync(_buffer.WrittenMemory[_sent..], isStderr: false, cancellationToken);
            open = count > 0;
            _sent += count;
        }

        _sent = 0;
        _buffer.Release();
        return new FlushResult(isCanceled: false, isCompleted: !open);
    }

    /// <summary>Sends straight from the caller's memory.</summary>
    public override async ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        if (_buffer.Count > 0)
            _ = await FlushAsync(cancellationToken);

        bool open = await sender.SendAllAsync(source, isStderr: false, cancellationToken);
        return new FlushResult(isCanceled: false, isCompleted: !open);
    }

    public override void CancelPendingFlush() =>
        throw new NotSupportedException("Cancel the token that was given to FlushAsync instead.");

    /// <summary>Sends what is buffered and then the end of data; with an exception, closes the channel.</summary>
    public override async ValueTask CompleteAsync(Exception? exception = null)
    {
        if (_completed)
            return;

        _completed = true;
        if (exception is null)
        {
            _ = await FlushAsync();
            await channel.SendEofAsync();
        }
        else
        {
            _buffer.Release();
            channel.SendClose();
        }
    }

    /// <summary>As <see cref="CompleteAsync"/>, in the background if it has to wait.</summary>
    public override void Complete(Exception? exception = null) => channel.Own(CompleteAsync(exception));
}
