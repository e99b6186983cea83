using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace Teleport.Recordings;

/// <summary>Reads a recording from its beginning, and checks every chunk against the chain of hashes before its events are handed out.</summary>
/// <param name="input">The recording; the caller disposes it.</param>
/// <param name="limits">How much of it is read; <c>null</c>: as much as any session can have.</param>
/// <remarks>Takes memory for one chunk, however long the recording is.</remarks>
public sealed class RecordingReader(Stream input, RecordingLimits? limits = null)
{
    private readonly RecordingLimits _limits = limits ?? new RecordingLimits();
    private byte[] _previousHash = SHA256.HashData(RecordingFormat.Magic);
    private long _events;
    private long _bytes;

    /// <summary>Whether the end was reached and the recording is finished. <c>false</c> at the end: it was cut off, by a crash for instance.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Hash over the whole recording so far, to be compared with one that was noted elsewhere.</summary>
    public ReadOnlyMemory<byte> Hash => _previousHash;

    /// <summary>All events in order; of a recording that was cut off, those that are whole.</summary>
    /// <exception cref="RecordingException">It is no recording, or it was changed.</exception>
    public async IAsyncEnumerable<RecordingEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        byte[] magic = new byte[RecordingFormat.Magic.Length];
        if (await input.ReadAtLeastAsync(magic, magic.Length, throwOnEndOfStream: false, cancellationToken) < magic.Length
            || !magic.AsSpan().SequenceEqual(RecordingFormat.Magic))
        {
            throw new RecordingException("This is no recording, or one of a version that this program does not know.");
        }

        long time = 0;
        bool first = true;
        for (long number = 1; await ReadChunkAsync(number, cancellationToken) is { } chunk; number++)
        {
            foreach (RecordingEvent item in Parse(chunk, number, time))
            {
                // A start comes first and only there; an end comes last and only in the final chunk.
                if (first != item is RecordingStarted || IsComplete || (item is RecordingEnded && !chunk.IsFinal))
                {
                    throw Damaged(number, "its events are out of order");
                }

                first = false;
                IsComplete = item is RecordingEnded;
                time = (long)item.Time.TotalMilliseconds;
                yield return item;
            }

            if (chunk.IsFinal != IsComplete)
            {
                throw Damaged(number, "it is the last one and does not end the session");
            }
        }
    }

    private async ValueTask<Chunk?> ReadChunkAsync(long number, CancellationToken cancellationToken)
    {
        byte[] header = new byte[RecordingFormat.ChunkHeaderBytes];
        int read = await input.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, cancellationToken);
        if (read < header.Length)
        {
            // Nothing after the last chunk, or the beginning of a chunk that a crash tore.
            return IsComplete && read > 0 ? throw Damaged(number, "bytes follow the end") : null;
        }

        uint compressed = BinaryPrimitives.ReadUInt32BigEndian(header);
        uint length = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4));
        uint events = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(8));
        uint flags = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(12));
        if (IsComplete)
        {
            throw Damaged(number, "bytes follow the end");
        }

        // Before any buffer is made: lengths may lie.
        if (compressed is 0 or > RecordingFormat.MaxChunkBytes || length is 0 or > RecordingFormat.MaxChunkBytes || events == 0 || events > length
            || flags > RecordingFormat.FinalFlag)
        {
            throw Damaged(number, "its header is out of its limits");
        }

        _events += events;
        _bytes += length;
        if (_events > _limits.MaxEvents || _bytes > _limits.MaxBytes)
        {
            throw new RecordingException(
                $"The recording has more than {_limits.MaxEvents} events or {_limits.MaxBytes} bytes, which no session has. It is read up to chunk {number}.");
        }

        byte[] whole = new byte[header.Length + compressed];
        header.CopyTo(whole, 0);
        if (await input.ReadAtLeastAsync(whole.AsMemory(header.Length), (int)compressed, throwOnEndOfStream: false, cancellationToken) < compressed)
        {
            return null;
        }

        byte[] hash = RecordingFormat.HashOf(_previousHash, whole);
        if (!header.AsSpan(RecordingFormat.LengthsBytes).SequenceEqual(hash))
        {
            throw Damaged(number, "it was changed, or does not continue the chunk before it");
        }

        byte[] content = new byte[length];
        if (!BrotliDecoder.TryDecompress(whole.AsSpan(header.Length), content, out int unpacked) || unpacked != length)
        {
            throw Damaged(number, "it does not unpack to what it says");
        }

        _previousHash = hash;
        return new Chunk(content, events, flags == RecordingFormat.FinalFlag);
    }

    private static IEnumerable<RecordingEvent> Parse(Chunk chunk, long number, long time)
    {
        int position = 0;
        uint count = 0;
        while (position < chunk.Content.Length)
        {
            var kind = (RecordingEventKind)chunk.Content[position++];
            long milliseconds = (long)ReadVarint(chunk.Content, ref position, number);
            ulong length = ReadVarint(chunk.Content, ref position, number);
            if (length > (ulong)(chunk.Content.Length - position) || milliseconds < time || milliseconds > RecordingFormat.MaxMilliseconds)
            {
                throw Damaged(number, "an event is out of its limits");
            }

            yield return Create(kind, milliseconds, chunk.Content.AsMemory(position, (int)length), number);
            position += (int)length;
            time = milliseconds;
            count++;
        }

        if (count != chunk.Events)
        {
            throw Damaged(number, "it has another number of events than it says");
        }
    }

    private static RecordingEvent Create(RecordingEventKind kind, long milliseconds, ReadOnlyMemory<byte> payload, long number)
    {
        TimeSpan time = TimeSpan.FromMilliseconds(milliseconds);
        try
        {
            return kind switch
            {
                RecordingEventKind.Start when JsonSerializer.Deserialize(payload.Span, RecordingJson.Default.RecordingStart) is { } start && start.IsSound() =>
                    new RecordingStarted(time, start),
                RecordingEventKind.Output when payload.Length is > 0 and <= RecordingFormat.MaxOutputBytes => new RecordingOutput(time, payload),
                RecordingEventKind.Resize when payload.Length == 8 => new RecordingResized(time, Size(payload.Span, number), Size(payload.Span[4..], number)),
                RecordingEventKind.End => new RecordingEnded(
                    time, JsonSerializer.Deserialize(payload.Span, RecordingJson.Default.RecordingEnd) ?? throw new JsonException("it is null")),
                _ => throw Damaged(number, $"an event of kind {(byte)kind} has {payload.Length} bytes"),
            };
        }
        catch (JsonException e)
        {
            throw new RecordingException($"Chunk {number} of the recording is damaged: {e.Message}", e);
        }
    }

    private static int Size(ReadOnlySpan<byte> bytes, long number) =>
        BinaryPrimitives.ReadInt32BigEndian(bytes) is >= 1 and <= RecordingFormat.MaxTerminalSize and var size
            ? size
            : throw Damaged(number, "a terminal has an impossible size");

    private static ulong ReadVarint(byte[] bytes, ref int position, long number)
    {
        ulong value = 0;
        for (int shift = 0; shift < 63 && position < bytes.Length; shift += 7)
        {
            byte next = bytes[position++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Damaged(number, "a number is cut off");
    }

    private static RecordingException Damaged(long number, string why) => new($"Chunk {number} of the recording is damaged: {why}.");

    private sealed record Chunk(byte[] Content, uint Events, bool IsFinal);
}
