using System.Diagnostics.CodeAnalysis;
using Teleport.Agent;

namespace Teleport.Node.Connections;

/// <summary>A connection whose first bytes may be a proxy's header, which is checked and taken out.</summary>
/// <param name="inner">The connection; owned.</param>
/// <param name="accept">Checks a header and remembers what it says; throws if it is to be refused.</param>
internal sealed class ProxyHeaderStream(Stream inner, Action<ReadOnlySpan<byte>> accept) : Stream
{
    private byte[]? _start;
    private int _from;
    private int _to;
    private bool _decided;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    [SuppressMessage("Design", "CA1065", Justification = "a connection has no position")]
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_decided)
        {
            await DecideAsync(cancellationToken);
        }

        if (_start is null)
        {
            return await inner.ReadAsync(buffer, cancellationToken);
        }

        int count = Math.Min(_to - _from, buffer.Length);
        _start.AsMemory(_from, count).CopyTo(buffer);
        _from += count;
        if (_from == _to)
        {
            _start = null;
        }

        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => inner.WriteAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        inner.WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => inner.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask DecideAsync(CancellationToken cancellationToken)
    {
        // One byte more than the longest header, so that a longer one is seen to be too long.
        _start = new byte[ProxyHeader.MaxBytes + 1];
        int count;
        do
        {
            count = await inner.ReadAsync(_start.AsMemory(_to), cancellationToken);
            _to += count;
        }
        while (!TryDecide(ended: count == 0));

        _decided = true;
        if (_from == _to)
        {
            _start = null;
        }
    }

    private bool TryDecide(bool ended)
    {
        int taken = ProxyHeader.TryRead(_start.AsSpan(0, _to), out byte[] header);
        if (taken < 0)
        {
            return ended;
        }

        if (taken > 0)
        {
            accept(header);
            _from = taken;
        }

        return true;
    }
}
