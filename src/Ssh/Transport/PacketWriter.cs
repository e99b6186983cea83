using Teleport.Ssh.Ciphers;
using Teleport.Ssh.Messages.Connection;
using Teleport.Ssh.Messages.Transport;

namespace Teleport.Ssh.Transport;

/// <summary>Encrypts packets into one buffer while another is being sent; one loop sends, so that packets travel in batches.</summary>
/// <remarks>
/// Thread-safe. <see cref="Write"/> only appends: call <see cref="Flush"/> afterwards, outside of any lock. During a key exchange,
/// messages of the upper layers are kept and channel data waits (RFC 4253 section 7.1).
/// </remarks>
internal sealed class PacketWriter : IDisposable
{
    /// <summary>Channel data waits while so many bytes are unsent.</summary>
    public const int HighWater = 256 * 1024;

    /// <summary>More messages than this may not pile up behind a key exchange that does not end.</summary>
    private const int MaxDeferredBytes = 4 * 1024 * 1024;

    private const byte FirstUpperLayerNumber = 50;

    private readonly Lock _gate = new();
    private readonly ByteTransport _transport;
    private readonly AsyncSignal _work = new();
    private readonly PaddingSource _padding = new();
    private readonly DeferredMessages _deferred = new();
    private PooledBuffer _filling = new();
    private PooledBuffer _sending = new();
    private PacketProtection _protection = new NoProtection();
    private TaskCompletionSource? _room;
    private Exception? _failure;
    private uint _sequence;
    private bool _exchanging;
    private bool _completing;
    private bool _broken;

    public PacketWriter(ByteTransport transport) => _transport = transport;

    /// <summary>Bytes sent under the present keys.</summary>
    public long BytesSinceKeys { get; private set; }

    /// <summary>Packets sent under the present keys.</summary>
    public long PacketsSinceKeys { get; private set; }

    /// <summary>Called by the sending loop after each batch.</summary>
    public Action? AfterSend { get; set; }

    /// <summary>Bytes that are written but not sent.</summary>
    public int PendingBytes
    {
        get
        {
            lock (_gate)
                return _filling.Count + _sending.Count;
        }
    }

    /// <summary>Appends bytes that are no packet: the version line.</summary>
    public void WriteRaw(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
            Append(bytes);
    }

    /// <summary>Appends a message; once nothing can be sent any more it is dropped, as it would be on the wire.</summary>
    /// <exception cref="SshProtocolException">Too much waits for the end of a key exchange.</exception>
    public void Write<T>(scoped in T message)
        where T : ISshMessage<T>, allows ref struct
    {
        lock (_gate)
        {
            if (_failure is not null || _broken)
                return;

            if (_exchanging && T.Number >= FirstUpperLayerNumber)
            {
                _deferred.Add(message);
                if (_deferred.Bytes > MaxDeferredBytes)
                    throw new SshProtocolException("Too many messages wait for the end of a key exchange.");
                return;
            }

            WriteNow(message);
        }
    }

    /// <summary>Appends channel data if there is room.</summary>
    /// <returns>Whether it was written; if not, <see cref="WaitForRoomAsync"/>.</returns>
    /// <exception cref="SshConnectionException">The connection ended.</exception>
    public bool TryWriteData(uint recipient, ReadOnlySpan<byte> data, bool isStderr)
    {
        lock (_gate)
        {
            ThrowIfFailed();
            if (!HasRoom)
                return false;

            if (isStderr)
                WriteNow(new ChannelExtendedDataMessage { RecipientChannel = recipient, DataType = 1, Payload = data });
            else
                WriteNow(new ChannelDataMessage { RecipientChannel = recipient, Payload = data });
            return true;
        }
    }

    /// <summary>Waits until channel data may be written.</summary>
    /// <exception cref="SshConnectionException">The connection ended.</exception>
    public Task WaitForRoomAsync(CancellationToken ct)
    {
        lock (_gate)
        {
            ThrowIfFailed();
            if (HasRoom)
                return Task.CompletedTask;

            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _room.Task.WaitAsync(ct);
        }
    }

    /// <summary>
    /// Waits until less than <paramref name="limit"/> bytes are unsent: slows down a peer that asks but does not read answers. Does not
    /// wait when nothing can be sent: what the peer has said before it left can still be read.
    /// </summary>
    public async ValueTask WaitForDrainAsync(int limit, CancellationToken ct)
    {
        while (true)
        {
            Task wait;
            lock (_gate)
            {
                if (_failure is not null || _broken || _filling.Count + _sending.Count < limit)
                    return;

                _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                wait = _room.Task;
            }

            await wait.WaitAsync(ct);
        }
    }

    /// <summary>Starts sending what was written. Returns at once, or when the socket is full.</summary>
    public void Flush() => _work.Set();

    /// <summary>Begins a key exchange: writes our KEXINIT and holds back the upper layers.</summary>
    public void BeginExchange(ReadOnlySpan<byte> keyExchangeInit)
    {
        lock (_gate)
        {
            WritePayload(keyExchangeInit);
            _exchanging = true;
        }
    }

    /// <summary>Writes NEWKEYS, uses new keys from then on and lets the upper layers go on. Takes over the protection.</summary>
    public void UseKeys(PacketProtection protection, bool resetSequence)
    {
        lock (_gate)
        {
            WriteNow(default(NewKeysMessage));
            _protection.Dispose();
            _protection = protection;
            BytesSinceKeys = 0;
            PacketsSinceKeys = 0;
            if (resetSequence)
                _sequence = 0;

            _exchanging = false;
            _deferred.Drain(WritePayload);
            ReleaseWaiters();
        }
    }

    /// <summary>Sends whatever is written until <see cref="Complete"/> or a failure; owned by the connection.</summary>
    /// <exception cref="Exception">The transport failed.</exception>
    public async Task RunAsync(CancellationToken ct)
    {
        while (true)
        {
            await _work.WaitAsync();
            while (TakeBatch(out bool end))
            {
                await _transport.WriteAsync(_sending.WrittenMemory, ct);
                EndBatch();
                AfterSend?.Invoke();
                if (end)
                    return;
            }

            if (_completing)
                return;
        }
    }

    /// <summary>Lets the sending loop end after what is written.</summary>
    public void Complete()
    {
        lock (_gate)
            _completing = true;

        _work.Set();
    }

    /// <summary>
    /// The transport takes no more data: messages are dropped from now on, and who has data to send waits until <see cref="Fail"/> tells
    /// why the connection ends. Call when the sending loop has ended.
    /// </summary>
    public void Break()
    {
        lock (_gate)
        {
            _broken = true;
            _filling.Release();
            _sending.Release();
            _deferred.Release();
            ReleaseWaiters();
        }
    }

    /// <summary>Fails all who wait or write, and ends the sending loop.</summary>
    public void Fail(Exception exception)
    {
        lock (_gate)
        {
            _failure ??= exception;
            _completing = true;
            ReleaseWaiters();
        }

        _work.Set();
    }

    /// <summary>Call when the sending loop has ended.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _failure ??= new SshConnectionException(SshDisconnectReason.ByApplication, "The connection is closed.");
            _protection.Dispose();
            _filling.Release();
            _sending.Release();
            _deferred.Release();
            ReleaseWaiters();
        }
    }

    private bool HasRoom => !_exchanging && !_broken && _filling.Count + _sending.Count < HighWater;

    private void ThrowIfFailed()
    {
        if (_failure is not null)
            throw new SshConnectionException(SshDisconnectReason.ConnectionLost, $"The connection ended: {_failure.Message}", _failure);
    }

    private void WriteNow<T>(scoped in T message)
        where T : ISshMessage<T>, allows ref struct
    {
        int start = BeginPacket();
        SshWriter writer = new(_filling);
        writer.WriteByte(T.Number);
        message.Write(ref writer);
        EndPacket(start);
    }

    private void WritePayload(ReadOnlySpan<byte> payload)
    {
        int start = BeginPacket();
        Append(payload);
        EndPacket(start);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_filling.GetSpan(bytes.Length));
        _filling.Advance(bytes.Length);
    }

    private int BeginPacket()
    {
        int start = _filling.Count;
        _filling.Ensure(PacketFormat.HeaderSize + PacketFormat.MaxTrailer);
        _filling.Advance(PacketFormat.HeaderSize);
        return start;
    }

    private void EndPacket(int start)
    {
        int payload = _filling.Count - start - PacketFormat.HeaderSize;
        int padding = PacketFormat.PaddingFor(payload, _protection);
        _padding.Fill(_filling.GetSpan(padding + _protection.TagSize)[..padding]);
        _filling.Advance(padding + _protection.TagSize);
        Span<byte> packet = _filling.WrittenSpan[start..];
        PacketFormat.WriteHeader(packet, payload, padding);
        _protection.Seal(_sequence++, packet);
        BytesSinceKeys += packet.Length;
        PacketsSinceKeys++;
    }

    /// <summary>Swaps the buffers. With nothing to send, both give their memory back.</summary>
    private bool TakeBatch(out bool end)
    {
        lock (_gate)
        {
            end = false;
            if (_filling.Count == 0 || _failure is not null)
            {
                _filling.Release();
                _sending.Release();
                return false;
            }

            (_filling, _sending) = (_sending, _filling);
            end = _completing;
            return true;
        }
    }

    private void EndBatch()
    {
        lock (_gate)
        {
            _sending.Clear();
            ReleaseWaiters();
        }
    }

    /// <summary>Waiters look again at what they wait for; the next one to wait makes a new source.</summary>
    private void ReleaseWaiters()
    {
        _room?.TrySetResult();
        _room = null;
    }
}
