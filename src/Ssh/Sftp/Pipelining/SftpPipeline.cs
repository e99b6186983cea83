using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Teleport.Ssh.Sftp.Pipelining;

/// <summary>Sends requests, many at a time, and hands each answer to whom it belongs.</summary>
internal sealed class SftpPipeline : IAsyncDisposable
{
    public const int MaxInFlight = 256;

    // Servers may send somewhat longer packets than they take.
    private const int MaxReplyLength = SftpPacketType.MaxLength + 1024;
    private const int MaxExtensions = 256;

    private readonly Stream _stream;
    private readonly SemaphoreSlim _room = new(MaxInFlight);
    private readonly SemaphoreSlim _writing = new(1);
    private readonly Lock _gate = new();
    private readonly Dictionary<uint, TaskCompletionSource<SftpReply>> _pending = [];
    private readonly CancellationTokenSource _stop = new();
    private Task _reading = Task.CompletedTask;
    private Exception? _ended;
    private uint _lastId;

    private SftpPipeline(Stream stream) => _stream = stream;

    /// <summary>The server's extensions with their versions.</summary>
    public IReadOnlyDictionary<string, string> Extensions { get; private set; } = new Dictionary<string, string>();

    /// <param name="stream">The channel, taken over.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<SftpPipeline> StartAsync(Stream stream, CancellationToken cancellationToken)
    {
        SftpPipeline pipeline = new(stream);
        byte[] init = [0, 0, 0, 5, SftpPacketType.Init, 0, 0, 0, (byte)SftpPacketType.Version];
        await stream.WriteAsync(init, cancellationToken);
        await stream.FlushAsync(cancellationToken);
        (byte[] packet, int length) = await pipeline.ReadPacketAsync(cancellationToken)
            ?? throw new SftpException(SftpStatus.ConnectionLost, "The server closed the channel at once: it may not offer SFTP.");
        pipeline.Extensions = ReadVersion(packet.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(packet);
        pipeline._reading = pipeline.ReadRepliesAsync();
        return pipeline;
    }

    /// <summary>Sends a request; the task ends with its answer.</summary>
    /// <param name="type">The packet type.</param>
    /// <param name="body">Writes what follows the id.</param>
    /// <param name="data">Bytes that follow the body without being copied into it first.</param>
    /// <param name="cancellationToken">Gives up waiting; the answer is then thrown away.</param>
    public async Task<SftpReply> SendAsync(
        byte type, Server.SftpReplies.Write body, ReadOnlyMemory<byte> data = default, CancellationToken cancellationToken = default)
    {
        await _room.WaitAsync(cancellationToken);
        TaskCompletionSource<SftpReply> reply = new(TaskCreationOptions.RunContinuationsAsynchronously);
        uint id;
        lock (_gate)
        {
            if (_ended is not null)
            {
                _room.Release();
                throw Lost(_ended);
            }

            id = ++_lastId;
            _pending.Add(id, reply);
        }

        (byte[] packet, int length) = Encode(type, id, body, data.Span);
        try
        {
            // Waiting can be given up, writing not: half a packet would spoil the channel for all others.
            await WriteAsync(packet, length).WaitAsync(cancellationToken);
            return await reply.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            lock (_gate)
            {
                // Whoever answers from now on finds nobody: the buffer is left to the garbage collector.
                if (_pending.ContainsKey(id))
                    _pending[id] = new TaskCompletionSource<SftpReply>();
            }

            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _stream.DisposeAsync();
        await _reading;
        _stop.Dispose();
    }

    private static (byte[] Rented, int Length) Encode(byte type, uint id, Server.SftpReplies.Write body, ReadOnlySpan<byte> data)
    {
        ArrayBufferWriter<byte> buffer = new(256);
        SshWriter writer = new(buffer);
        writer.WriteByte(type);
        writer.WriteUInt32(id);
        body(ref writer);

        int length = buffer.WrittenCount + data.Length;
        byte[] packet = ArrayPool<byte>.Shared.Rent(4 + length);
        BinaryPrimitives.WriteInt32BigEndian(packet, length);
        buffer.WrittenSpan.CopyTo(packet.AsSpan(4));
        data.CopyTo(packet.AsSpan(4 + buffer.WrittenCount));
        return (packet, 4 + length);
    }

    /// <summary>Writes a packet and returns its buffer. Never fails: what goes wrong ends all requests. Ends with <see cref="DisposeAsync"/>.</summary>
    private async Task WriteAsync(byte[] packet, int length)
    {
        try
        {
            await _writing.WaitAsync(_stop.Token);
            try
            {
                await _stream.WriteAsync(packet.AsMemory(0, length), _stop.Token);
                await _stream.FlushAsync(_stop.Token);
            }
            finally
            {
                _writing.Release();
            }
        }
        catch (Exception exception) when (exception is IOException or SshException or ObjectDisposedException or OperationCanceledException)
        {
            End(exception);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(packet);
        }
    }

    private async Task ReadRepliesAsync()
    {
        try
        {
            while (await ReadPacketAsync(_stop.Token) is { } packet)
                Dispatch(packet.Rented, packet.Length);
            End(new SftpException(SftpStatus.ConnectionLost, "The server closed the SFTP channel."));
        }
        catch (Exception exception) when (exception is IOException or SshException or ObjectDisposedException or OperationCanceledException)
        {
            End(exception);
        }
    }

    private void Dispatch(byte[] rented, int length)
    {
        if (length < 5)
            throw new SshProtocolException($"The SFTP server sent a packet of {length} bytes.");

        uint id = BinaryPrimitives.ReadUInt32BigEndian(rented.AsSpan(1));
        TaskCompletionSource<SftpReply>? reply;
        lock (_gate)
        {
            if (!_pending.Remove(id, out reply))
                throw new SshProtocolException($"The SFTP server answered request {id}, which was not made.");
        }

        _room.Release();
        reply.SetResult(new SftpReply(rented, length));
    }

    private async ValueTask<(byte[] Rented, int Length)?> ReadPacketAsync(CancellationToken cancellationToken)
    {
        byte[] header = new byte[4];
        int read = await _stream.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, cancellationToken);
        if (read == 0)
            return null;

        uint length = read == header.Length ? BinaryPrimitives.ReadUInt32BigEndian(header) : 0;
        if (length is 0 or > MaxReplyLength)
            throw new SshProtocolException($"An SFTP packet of the server claims {length} bytes; 1 to {MaxReplyLength} are allowed. Does the login script print text?");

        byte[] packet = ArrayPool<byte>.Shared.Rent((int)length);
        await _stream.ReadExactlyAsync(packet.AsMemory(0, (int)length), cancellationToken);
        return (packet, (int)length);
    }

    private void End(Exception exception)
    {
        List<TaskCompletionSource<SftpReply>> pending;
        lock (_gate)
        {
            _ended ??= exception;
            pending = [.. _pending.Values];
            _pending.Clear();
        }

        foreach (TaskCompletionSource<SftpReply> reply in pending)
        {
            _room.Release();
            reply.TrySetException(Lost(exception));
        }
    }

    private static Dictionary<string, string> ReadVersion(ReadOnlySpan<byte> packet)
    {
        SshReader reader = new(packet);
        if (reader.ReadByte() != SftpPacketType.VersionReply)
            throw new SshProtocolException("The SFTP server does not begin with its version.");

        uint version = reader.ReadUInt32();
        if (version != SftpPacketType.Version)
            throw new SshProtocolException($"The SFTP server chose version {version}, but {SftpPacketType.Version} was asked for.");

        Dictionary<string, string> extensions = new(StringComparer.Ordinal);
        while (reader.Remaining > 0 && extensions.Count < MaxExtensions)
            extensions[reader.ReadString(256)] = Encoding.ASCII.GetString(reader.ReadBinary(4096));
        return extensions;
    }

    private static SftpException Lost(Exception cause) =>
        new(SftpStatus.ConnectionLost, cause is SftpException or SshProtocolException ? cause.Message : "The SFTP channel was closed.", cause);
}
