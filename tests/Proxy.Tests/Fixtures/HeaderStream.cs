using Teleport.Agent;

namespace Teleport.Proxy.Tests.Fixtures;

/// <summary>Takes the proxy's header away from the beginning of what is read.</summary>
internal sealed class HeaderStream(Stream inner, Action<byte[]> onHeader) : Stream
{
    private byte[]? _rest;
    private int _at;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _rest ??= await TakeHeaderAsync(cancellationToken);
        if (_at == _rest.Length)
        {
            return await inner.ReadAsync(buffer, cancellationToken);
        }

        int count = Math.Min(buffer.Length, _rest.Length - _at);
        _rest.AsSpan(_at, count).CopyTo(buffer.Span);
        _at += count;
        return count;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => inner.WriteAsync(buffer, cancellationToken);

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => inner.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        inner.Dispose();
        base.Dispose(disposing);
    }

    private async Task<byte[]> TakeHeaderAsync(CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[ProxyHeader.MaxBytes + 1024];
        int count = 0;
        while (true)
        {
            int read = await inner.ReadAsync(buffer.AsMemory(count), cancellationToken);
            count += read;
            int taken = ProxyHeader.TryRead(buffer.AsSpan(0, count), out byte[] header);
            if (taken > 0)
            {
                onHeader(header);
            }

            if (taken >= 0 || read == 0)
            {
                return buffer[Math.Max(taken, 0)..count];
            }
        }
    }
}
