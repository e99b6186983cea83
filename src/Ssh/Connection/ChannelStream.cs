using System.Buffers;
using System.IO.Pipelines;

namespace Teleport.Ssh.Connection;

/// <summary>A channel as a stream, for what cannot use pipes: TLS, or another SSH connection inside.</summary>
internal sealed class ChannelStream(SshChannel channel) : Stream
{
    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException("A channel has no length.");

    public override long Position
    {
        get => throw new NotSupportedException("A channel has no position.");
        set => throw new NotSupportedException("A channel has no position.");
    }

    /// <summary>Reads what is there; a read of no bytes waits until there is something.</summary>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ReadResult result = await channel.Input.ReadAsync(cancellationToken);
        int count = (int)Math.Min(result.Buffer.Length, buffer.Length);
        ReadOnlySequence<byte> taken = result.Buffer.Slice(0, count);
        taken.CopyTo(buffer.Span);
        channel.Input.AdvanceTo(taken.End);
        return count;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        FlushResult result = await channel.Output.WriteAsync(buffer, cancellationToken);
        if (result.IsCompleted && !buffer.IsEmpty)
            throw new IOException("The channel is closed.");
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Nothing is buffered.</summary>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
        // Nothing is buffered.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read asynchronously.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Write asynchronously.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A channel has no position.");

    public override void SetLength(long value) => throw new NotSupportedException("A channel has no length.");

    public override async ValueTask DisposeAsync()
    {
        await channel.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            channel.SendClose();

        base.Dispose(disposing);
    }
}
