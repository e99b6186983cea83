using System.Buffers;

namespace Teleport.Agent.Spooling;

/// <summary>A queue of lines in files: what was appended is there after a crash, and is read again until it is acknowledged.</summary>
/// <remarks>Segments are named by ascending numbers; one is written, the oldest is read. Used by one reader and any number of writers.</remarks>
internal sealed class AuditSpool : IDisposable
{
    private const int SegmentBytes = 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly string _folder;
    private readonly long _maxBytes;
    private FileStream _writer;
    private long _current;
    private long _total;

    public AuditSpool(string folder, long maxBytes)
    {
        (_folder, _maxBytes) = (folder, maxBytes);
        PrivateFiles.CreateFolder(folder);
        long[] present = [.. Segments()];
        _current = present.Length == 0 ? 1 : present[^1] + 1;
        _total = present.Sum(segment => new FileInfo(PathOf(segment)).Length);
        _writer = Create(_current);
    }

    /// <summary>Bytes that wait, those of a crash included.</summary>
    public long Bytes => Interlocked.Read(ref _total);

    /// <summary>Appends a line, which must not contain a line end.</summary>
    /// <returns><c>false</c>: the spool is full and the line was not taken.</returns>
    public bool TryAppend(ReadOnlySpan<byte> line)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(line.Length + 1);
        try
        {
            line.CopyTo(buffer);
            buffer[line.Length] = (byte)'\n';
            lock (_gate)
            {
                if (_total + line.Length + 1 > _maxBytes)
                {
                    return false;
                }

                if (_writer.Length + line.Length + 1 > SegmentBytes)
                {
                    _writer.Dispose();
                    _writer = Create(++_current);
                }

                _writer.Write(buffer, 0, line.Length + 1);
                Interlocked.Add(ref _total, line.Length + 1);
                return true;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The lines of the oldest segment from a place on; a line that a crash tore is passed over.</summary>
    /// <param name="offset">Bytes of that segment that were acknowledged.</param>
    /// <param name="maxLines">At most so many lines.</param>
    /// <param name="maxBytes">At most so many bytes, but at least one line.</param>
    /// <returns>The segment, the lines, and the place after them; <c>null</c>: nothing waits.</returns>
    public SpoolBatch? Read(long offset, int maxLines, int maxBytes)
    {
        while (true)
        {
            long segment = Segments().FirstOrDefault(0);
            if (segment == 0)
            {
                return null;
            }

            byte[] bytes;
            using (var reader = new FileStream(PathOf(segment), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
            {
                reader.Seek(offset, SeekOrigin.Begin);
                bytes = new byte[Math.Max(0, reader.Length - offset)];
                reader.ReadExactly(bytes);
            }

            var lines = new List<ReadOnlyMemory<byte>>();
            int position = 0;
            while (lines.Count < maxLines && bytes.AsSpan(position).IndexOf((byte)'\n') is >= 0 and var length)
            {
                if (lines.Count > 0 && position + length > maxBytes)
                {
                    break;
                }

                lines.Add(bytes.AsMemory(position, length));
                position += length + 1;
            }

            if (lines.Count > 0)
            {
                return new SpoolBatch(segment, lines, offset + position);
            }

            if (!TryRemove(segment))
            {
                return null;
            }

            offset = 0;
        }
    }

    /// <summary>Removes the oldest segment once all of it was acknowledged, so that the next read begins with the one after it.</summary>
    /// <returns>Whether it was removed; one that is still written to stays.</returns>
    public bool TryRemove(long segment)
    {
        lock (_gate)
        {
            if (segment == _current)
            {
                if (_writer.Length == 0)
                {
                    return false;
                }

                _writer.Dispose();
                _writer = Create(++_current);
            }

            var file = new FileInfo(PathOf(segment));
            Interlocked.Add(ref _total, -file.Length);
            file.Delete();
            return true;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _writer.Dispose();
            if (new FileInfo(PathOf(_current)) is { Exists: true, Length: 0 } empty)
            {
                empty.Delete();
            }
        }
    }

    private IEnumerable<long> Segments() => Directory.EnumerateFiles(_folder, "*.jsonl")
        .Select(static file => long.TryParse(Path.GetFileNameWithoutExtension(file), out long number) ? number : 0)
        .Where(static number => number > 0)
        .Order();

    private string PathOf(long segment) => Path.Combine(_folder, $"{segment:D10}.jsonl");

    private FileStream Create(long segment) => new(PathOf(segment), new FileStreamOptions
    {
        Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    });
}

/// <summary>Lines of a spool.</summary>
/// <param name="Segment">Where they are.</param>
/// <param name="Lines">The lines without their ends.</param>
/// <param name="End">The place after them, to go on from when they are acknowledged.</param>
internal sealed record SpoolBatch(long Segment, IReadOnlyList<ReadOnlyMemory<byte>> Lines, long End);
