using System.Buffers;

namespace Teleport.Recordings;

/// <summary>Events of a chunk that is being filled. Rents its bytes; whoever empties it disposes it.</summary>
internal sealed class ChunkBuffer : IDisposable
{
    private const int HeaderSpace = 16;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(RecordingFormat.ChunkBytes + RecordingFormat.MaxDescriptionBytes + HeaderSpace);

    public int Events { get; private set; }

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    /// <summary>Whether an event with so large a payload still belongs into this chunk.</summary>
    public bool HasRoomFor(int payloadBytes) => Length == 0 || Length + payloadBytes + HeaderSpace <= RecordingFormat.ChunkBytes;

    public void Add(RecordingEventKind kind, long milliseconds, ReadOnlySpan<byte> payload)
    {
        _bytes[Length++] = (byte)kind;
        WriteVarint((ulong)milliseconds);
        WriteVarint((ulong)payload.Length);
        payload.CopyTo(_bytes.AsSpan(Length));
        Length += payload.Length;
        Events++;
    }

    public void Dispose()
    {
        byte[] bytes = _bytes;
        _bytes = [];
        if (bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private void WriteVarint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            _bytes[Length++] = (byte)(value | 0x80);
        }

        _bytes[Length++] = (byte)value;
    }
}
