namespace Teleport.Agent.Spooling;

/// <summary>A queue of lines in files: what was appended is there when this process is killed, and is read again until it is acknowledged.</summary>
/// <remarks>
/// Segments are named by ascending numbers: the newest is written, the oldest is read. How much of the oldest was acknowledged is not
/// written down, so that after a crash some lines are read twice; never is one lost. Used by one reader and any number of writers.
/// </remarks>
internal sealed class AuditSpool : IDisposable
{
    private const int SegmentBytes = 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Queue<Segment> _segments = new();
    private readonly string _folder;
    private readonly long _maxBytes;
    private FileStream? _writer;
    private Segment? _written;
    private long _nextNumber = 1;
    private long _acknowledged;
    private long _total;

    public AuditSpool(string folder, long maxBytes)
    {
        (_folder, _maxBytes) = (folder, maxBytes);
        PrivateFiles.CreateFolder(folder);
        foreach (long number in Present(folder))
        {
            var segment = new Segment(number) { Length = new FileInfo(PathOf(number)).Length };
            _segments.Enqueue(segment);
            _total += segment.Length;
            _nextNumber = number + 1;
        }
    }

    /// <summary>Bytes that wait, those of a crash included.</summary>
    public long Bytes => Interlocked.Read(ref _total);

    /// <summary>Appends a line, which must not contain a line end.</summary>
    /// <returns><c>false</c>: the spool is full and the line was not taken.</returns>
    /// <exception cref="IOException">The disk does not take it; nothing of it stays.</exception>
    public bool TryAppend(ReadOnlySpan<byte> line)
    {
        byte[] bytes = new byte[line.Length + 1];
        line.CopyTo(bytes);
        bytes[^1] = (byte)'\n';
        lock (_gate)
        {
            if (_total + bytes.Length > _maxBytes)
            {
                return false;
            }

            if (_written is null || _written.Length + bytes.Length > SegmentBytes)
            {
                BeginSegment();
            }

            Write(bytes);
            _written!.Length += bytes.Length;
            _total += bytes.Length;
            return true;
        }
    }

    /// <summary>The oldest lines; a line that a crash tore is passed over, since nobody was told that it was taken.</summary>
    /// <param name="maxLines">At most so many lines.</param>
    /// <param name="maxBytes">At most so many bytes; no line is longer.</param>
    /// <returns><c>null</c>: nothing waits.</returns>
    public SpoolBatch? Read(int maxLines, int maxBytes)
    {
        while (true)
        {
            Segment segment;
            int length;
            lock (_gate)
            {
                while (_segments.TryPeek(out Segment? spent) && spent.Length == _acknowledged && spent != _written)
                {
                    RemoveOldest();
                }

                if (!_segments.TryPeek(out Segment? oldest) || oldest.Length == _acknowledged)
                {
                    return null;
                }

                segment = oldest;
                // The writer's lengths are of whole lines: what it is just writing is not looked at.
                length = (int)Math.Min(maxBytes, oldest.Length - _acknowledged);
            }

            byte[] bytes = new byte[length];
            using (var reader = new FileStream(PathOf(segment.Number), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
            {
                reader.Seek(_acknowledged, SeekOrigin.Begin);
                bytes = bytes[..reader.ReadAtLeast(bytes, length, throwOnEndOfStream: false)];
            }

            SpoolBatch batch = Split(segment.Number, bytes, maxLines);
            if (batch.Lines.Count > 0)
            {
                return batch;
            }

            // No line end: this is the end that a crash tore.
            Acknowledge(batch with { Bytes = segment.Length - _acknowledged });
        }
    }

    /// <summary>Gives up the lines of a batch, the one that was read last.</summary>
    public void Acknowledge(SpoolBatch batch)
    {
        lock (_gate)
        {
            Segment segment = _segments.Peek();
            if (segment.Number != batch.Segment)
            {
                throw new ArgumentException("Only what was read last can be acknowledged.", nameof(batch));
            }

            _acknowledged += batch.Bytes;
            if (_acknowledged == segment.Length && segment == _written)
            {
                // The usual case: everything was sent. The file is used again.
                _total -= segment.Length;
                (_acknowledged, segment.Length) = (0, 0);
                TruncateWriter();
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _writer?.Dispose();
            if (_written is { Length: 0 } empty)
            {
                File.Delete(PathOf(empty.Number));
            }
        }
    }

    private void BeginSegment()
    {
        var segment = new Segment(_nextNumber);
        var writer = new FileStream(PathOf(segment.Number), new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        _nextNumber++;
        _writer?.Dispose();
        (_writer, _written) = (writer, segment);
        _segments.Enqueue(segment);
    }

    private void Write(byte[] line)
    {
        try
        {
            _writer!.Write(line);
        }
        catch (IOException)
        {
            // A full disk may have taken a part. It must not become the beginning of the next line.
            TruncateWriter();
            throw;
        }
    }

    private void TruncateWriter()
    {
        try
        {
            _writer!.SetLength(_written!.Length);
            _writer.Seek(_written.Length, SeekOrigin.Begin);
        }
        catch (IOException)
        {
            // Then the next line begins a file of its own, and readers stop at the length that is known.
            _writer!.Dispose();
            (_writer, _written) = (null, null);
        }
    }

    private void RemoveOldest()
    {
        Segment oldest = _segments.Dequeue();
        _total -= oldest.Length;
        _acknowledged = 0;
        File.Delete(PathOf(oldest.Number));
    }

    private static SpoolBatch Split(long segment, byte[] bytes, int maxLines)
    {
        var lines = new List<ReadOnlyMemory<byte>>();
        int position = 0;
        while (lines.Count < maxLines && bytes.AsSpan(position).IndexOf((byte)'\n') is >= 0 and var length)
        {
            lines.Add(bytes.AsMemory(position, length));
            position += length + 1;
        }

        return new SpoolBatch(segment, lines, position);
    }

    private static IEnumerable<long> Present(string folder) => Directory.EnumerateFiles(folder, "*.jsonl")
        .Select(static file => long.TryParse(Path.GetFileNameWithoutExtension(file), out long number) ? number : 0)
        .Where(static number => number > 0)
        .Order();

    private string PathOf(long segment) => Path.Combine(_folder, $"{segment:D10}.jsonl");

    private sealed class Segment(long number)
    {
        public long Number { get; } = number;

        /// <summary>Bytes of whole lines.</summary>
        public long Length { get; set; }
    }
}

/// <summary>Lines of a spool.</summary>
/// <param name="Segment">Where they are.</param>
/// <param name="Lines">The lines without their ends.</param>
/// <param name="Bytes">How many bytes they take there.</param>
internal sealed record SpoolBatch(long Segment, IReadOnlyList<ReadOnlyMemory<byte>> Lines, long Bytes);
