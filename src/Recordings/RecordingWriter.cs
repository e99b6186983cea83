using System.Buffers.Binary;
using System.Text.Json;
using System.Threading.Channels;

namespace Teleport.Recordings;

/// <summary>Writes a recording while the session runs: takes events at once, compresses and writes them behind.</summary>
/// <remarks>
/// At most <see cref="MaxWaiting"/> chunks wait to be written; then the source of the events waits. What was taken is on disk after a second.
/// Safe for use by several threads.
/// </remarks>
public sealed class RecordingWriter : IAsyncDisposable
{
    private const int MaxWaiting = 16;
    private static readonly TimeSpan FlushTime = TimeSpan.FromSeconds(1);

    // A null stands for: write what there is, however little.
    private readonly Channel<ChunkBuffer?> _waiting = Channel.CreateBounded<ChunkBuffer?>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private readonly SemaphoreSlim _gate = new(1);
    private readonly Stream _output;
    private readonly ChunkWriter _chunks;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly long _begun;
    private readonly Task _loop;
    private ChunkBuffer _buffer = new();
    private bool _completed;

    /// <summary>Begins a recording.</summary>
    /// <param name="output">Where it goes; owned by the writer.</param>
    /// <param name="start">What is known of the session.</param>
    /// <param name="time">The clock.</param>
    public RecordingWriter(Stream output, RecordingStart start, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(time);
        (_output, _time, _begun) = (output, time, time.GetTimestamp());
        _chunks = new ChunkWriter(output);
        SessionId = start.SessionId;
        _buffer.Add(RecordingEventKind.Start, 0, Describe(JsonSerializer.SerializeToUtf8Bytes(start, RecordingJson.Default.RecordingStart)));
        _timer = time.CreateTimer(_ => _waiting.Writer.TryWrite(null), null, FlushTime, Timeout.InfiniteTimeSpan);
        // At once: whatever ends this process a moment later, it stays known whose session it was.
        _waiting.Writer.TryWrite(null);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>The session.</summary>
    public Guid SessionId { get; }

    /// <summary>What went wrong on writing, or <c>null</c>. The session may go on; what follows is not recorded.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Records what the terminal shows. Copies the bytes.</summary>
    public async ValueTask WriteOutputAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0)
        {
            ReadOnlyMemory<byte> piece = bytes[..Math.Min(bytes.Length, RecordingFormat.MaxOutputBytes)];
            bytes = bytes[piece.Length..];
            await AddAsync(RecordingEventKind.Output, piece, cancellationToken);
        }
    }

    /// <summary>Records that the terminal got another size.</summary>
    public ValueTask WriteResizeAsync(int columns, int rows, CancellationToken cancellationToken)
    {
        byte[] size = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(size, Math.Clamp(columns, 1, RecordingFormat.MaxTerminalSize));
        BinaryPrimitives.WriteInt32BigEndian(size.AsSpan(4), Math.Clamp(rows, 1, RecordingFormat.MaxTerminalSize));
        return AddAsync(RecordingEventKind.Resize, size, cancellationToken);
    }

    /// <summary>Ends the recording; nothing can be recorded after it. Whether it is whole on disk then, <see cref="Failure"/> tells.</summary>
    /// <exception cref="ObjectDisposedException">It was ended before.</exception>
    public async ValueTask CompleteAsync(RecordingEnd end)
    {
        await AddAsync(RecordingEventKind.End, Describe(JsonSerializer.SerializeToUtf8Bytes(end, RecordingJson.Default.RecordingEnd)), CancellationToken.None);
        await FinishAsync();
    }

    /// <summary>Closes the file. Without <see cref="CompleteAsync"/> the recording can be read, but is marked as cut off.</summary>
    public async ValueTask DisposeAsync()
    {
        await FinishAsync();
        await _timer.DisposeAsync();
        await _output.DisposeAsync();
        _buffer.Dispose();
        _gate.Dispose();
    }

    private static byte[] Describe(byte[] json) => json.Length <= RecordingFormat.MaxDescriptionBytes
        ? json
        : throw new ArgumentException($"The description of a session has {json.Length} bytes, more than {RecordingFormat.MaxDescriptionBytes}.");

    private async ValueTask AddAsync(RecordingEventKind kind, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_completed, this);
            if (!_buffer.HasRoomFor(payload.Length))
            {
                await _waiting.Writer.WriteAsync(_buffer, cancellationToken);
                _buffer = new ChunkBuffer();
            }

            if (_buffer.Length == 0)
            {
                _timer.Change(FlushTime, Timeout.InfiniteTimeSpan);
            }

            _buffer.Add(kind, (long)_time.GetElapsedTime(_begun).TotalMilliseconds, payload.Span);
            _completed = kind == RecordingEventKind.End;
        }
        catch (ChannelClosedException) when (Failure is not null)
        {
            // The disk failed; the session goes on unrecorded, and whoever records asks for the failure.
        }
        finally
        {
            _gate.Release();
        }
    }

    private async ValueTask FinishAsync()
    {
        _waiting.Writer.TryComplete();
        await _loop;
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (ChunkBuffer? full in _waiting.Reader.ReadAllAsync())
            {
                await WriteAsync(full ?? await TakePartialAsync(isLast: false), isFinal: false);
            }

            await WriteAsync(await TakePartialAsync(isLast: true), _completed);
            await _output.FlushAsync();
            if (_output is FileStream file)
            {
                file.Flush(flushToDisk: true);
            }
        }
        // A supervision boundary: the disk is full or gone, and the session must neither end with it nor wait for it.
        catch (Exception e)
        {
            Failure = e;
            _waiting.Writer.TryComplete();
            while (_waiting.Reader.TryRead(out ChunkBuffer? lost))
            {
                lost?.Dispose();
            }
        }
    }

    private async ValueTask<ChunkBuffer> TakePartialAsync(bool isLast)
    {
        await _gate.WaitAsync();
        ChunkBuffer partial = _buffer;
        _buffer = new ChunkBuffer();
        if (!isLast && (_completed || _waiting.Reader.Count > 0))
        {
            // The end goes into the last chunk, which is about to be taken; a full chunk that came in between has to be written first.
            (partial, _buffer) = (_buffer, partial);
            _timer.Change(FlushTime, Timeout.InfiniteTimeSpan);
        }

        _gate.Release();
        return partial;
    }

    private async ValueTask WriteAsync(ChunkBuffer chunk, bool isFinal)
    {
        using (chunk)
        {
            if (chunk.Length > 0)
            {
                await _chunks.WriteAsync(chunk, isFinal);
                await _output.FlushAsync();
            }
        }
    }
}
