using System.Buffers;

namespace Teleport.Ssh.Transport;

/// <summary>A contiguous buffer that grows with what is written and returns its memory to the pool when empty.</summary>
internal sealed class PooledBuffer : IBufferWriter<byte>
{
    private const int SmallestArray = 4096;

    private byte[] _array = [];

    public int Count { get; private set; }

    public ReadOnlyMemory<byte> WrittenMemory => _array.AsMemory(0, Count);

    public Span<byte> WrittenSpan => _array.AsSpan(0, Count);

    public void Advance(int count) => Count += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Ensure(sizeHint);
        return _array.AsMemory(Count);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Ensure(sizeHint);
        return _array.AsSpan(Count);
    }

    /// <summary>Makes room for so many bytes at once, so that what follows does not grow step by step.</summary>
    public void Ensure(int bytes)
    {
        bytes = Math.Max(bytes, 1);
        if (_array.Length - Count >= bytes)
            return;

        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(Math.Max(Count + bytes, SmallestArray), _array.Length * 2));
        _array.AsSpan(0, Count).CopyTo(larger);
        Return();
        _array = larger;
    }

    /// <summary>Takes back what was written beyond <paramref name="count"/>.</summary>
    public void Truncate(int count) => Count = count;

    /// <summary>Forgets the content and keeps the memory.</summary>
    public void Clear() => Count = 0;

    /// <summary>Forgets the content and gives the memory back.</summary>
    public void Release()
    {
        Count = 0;
        Return();
        _array = [];
    }

    private void Return()
    {
        if (_array.Length > 0)
            ArrayPool<byte>.Shared.Return(_array);
    }
}
