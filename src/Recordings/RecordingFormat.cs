using System.Security.Cryptography;

namespace Teleport.Recordings;

/// <summary>Numbers of the format. Described in docs/formats/recording.md; frozen by golden tests.</summary>
internal static class RecordingFormat
{
    /// <summary>Bytes of the lengths and flags that a chunk begins with.</summary>
    public const int LengthsBytes = 16;

    /// <summary>Bytes of the header of a chunk: lengths, flags, and its hash.</summary>
    public const int ChunkHeaderBytes = LengthsBytes + HashBytes;

    /// <summary>Bytes of a hash (SHA-256).</summary>
    public const int HashBytes = 32;

    /// <summary>The writer ends a chunk when it has so many bytes of events.</summary>
    public const int ChunkBytes = 64 * 1024;

    /// <summary>Readers refuse chunks that are or unpack to more.</summary>
    public const int MaxChunkBytes = 1024 * 1024;

    /// <summary>Largest piece of output in one event; more is split.</summary>
    public const int MaxOutputBytes = 32 * 1024;

    /// <summary>Largest description at start and end.</summary>
    public const int MaxDescriptionBytes = 64 * 1024;

    /// <summary>Widest and highest terminal.</summary>
    public const int MaxTerminalSize = 10_000;

    /// <summary>Longest session: ten years.</summary>
    public const long MaxMilliseconds = 10L * 366 * 24 * 3600 * 1000;

    /// <summary>Flag of the last chunk of a finished recording.</summary>
    public const uint FinalFlag = 1;

    /// <summary>What every recording begins with: the name and the version of the format.</summary>
    public static ReadOnlySpan<byte> Magic => "TPREC\0\0\x01"u8;

    /// <summary>The hash of a chunk: over the hash of the one before it, its lengths and its body.</summary>
    /// <param name="previous">The hash of the chunk before; of <see cref="Magic"/>, for the first.</param>
    /// <param name="chunk">Header and body; the place of the hash itself is left out.</param>
    public static byte[] HashOf(ReadOnlySpan<byte> previous, ReadOnlySpan<byte> chunk)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(previous);
        hash.AppendData(chunk[..LengthsBytes]);
        hash.AppendData(chunk[ChunkHeaderBytes..]);
        return hash.GetHashAndReset();
    }
}

/// <summary>Kinds of events. The numbers are on disk and never change.</summary>
internal enum RecordingEventKind : byte
{
    Start = 1,
    Output = 2,
    Resize = 3,
    End = 4,
}
