using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Teleport.Recordings;

/// <summary>Writes chunks: compressed, each with a hash over itself and the hash of the one before it.</summary>
internal sealed class ChunkWriter(Stream output)
{
    // The fastest quality: terminal output compresses well at any, and the data path must not wait for it.
    private const int Quality = 1;
    private const int Window = 18;

    private byte[] _previousHash = SHA256.HashData(RecordingFormat.Magic);
    private bool _begun;

    /// <summary>Writes a chunk.</summary>
    /// <param name="chunk">Its events.</param>
    /// <param name="isFinal">Whether it is the last one.</param>
    public async ValueTask WriteAsync(ChunkBuffer chunk, bool isFinal)
    {
        if (!_begun)
        {
            _begun = true;
            await output.WriteAsync(RecordingFormat.Magic.ToArray());
        }

        byte[] rented = ArrayPool<byte>.Shared.Rent(RecordingFormat.ChunkHeaderBytes + BrotliEncoder.GetMaxCompressedLength(chunk.Length));
        try
        {
            int length = Fill(rented, chunk, isFinal);
            await output.WriteAsync(rented.AsMemory(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private int Fill(byte[] target, ChunkBuffer chunk, bool isFinal)
    {
        Span<byte> body = target.AsSpan(RecordingFormat.ChunkHeaderBytes);
        if (!BrotliEncoder.TryCompress(chunk.Bytes, body, out int compressed, Quality, Window))
        {
            throw new InvalidOperationException("A chunk did not fit into the largest size that its compression can have.");
        }

        BinaryPrimitives.WriteUInt32BigEndian(target, (uint)compressed);
        BinaryPrimitives.WriteUInt32BigEndian(target.AsSpan(4), (uint)chunk.Length);
        BinaryPrimitives.WriteUInt32BigEndian(target.AsSpan(8), (uint)chunk.Events);
        BinaryPrimitives.WriteUInt32BigEndian(target.AsSpan(12), isFinal ? RecordingFormat.FinalFlag : 0);
        int length = RecordingFormat.ChunkHeaderBytes + compressed;
        _previousHash = RecordingFormat.HashOf(_previousHash, target.AsSpan(0, length));
        _previousHash.CopyTo(target, RecordingFormat.LengthsBytes);
        return length;
    }
}
