using System.Buffers;
using System.Text;
using Teleport.Ssh.Ciphers;

namespace Teleport.Ssh.Transport;

/// <summary>Reads packets from the transport into one pooled buffer and decrypts them where they lie.</summary>
/// <remarks>
/// Used by one loop at a time. While nothing arrives no buffer is held: ten thousand idle connections cost no receive memory.
/// </remarks>
internal sealed class PacketReader(ByteTransport transport) : IDisposable
{
    private const int SmallestBuffer = 16 * 1024;
    private const int LargestBuffer = 128 * 1024;
    private const int LengthUnknown = -1;

    private PacketProtection _protection = new NoProtection();
    private byte[]? _buffer;
    private int _start;
    private int _end;
    private int _length = LengthUnknown;
    private int _bufferSize = SmallestBuffer;
    private uint _sequence;

    /// <summary>Sequence number of the packet read last.</summary>
    public uint LastSequence => _sequence - 1;

    /// <summary>Packets read in the life of the connection.</summary>
    public long PacketCount { get; private set; }

    /// <summary>Bytes received in the life of the connection.</summary>
    public long TotalBytes { get; private set; }

    /// <summary>Bytes received under the present keys.</summary>
    public long BytesSinceKeys { get; private set; }

    /// <summary>Packets received under the present keys.</summary>
    public long PacketsSinceKeys { get; private set; }

    /// <summary>How much an unauthenticated peer may send.</summary>
    public long MaxTotalBytes { get; set; } = long.MaxValue;

    /// <summary>Takes the next packet out of the buffer.</summary>
    /// <param name="payload">Its payload, valid until the next call of <see cref="FillAsync"/>.</param>
    /// <returns>Whether the buffer held a whole packet.</returns>
    /// <exception cref="SshProtocolException">The packet is malformed or forged.</exception>
    public bool TryRead(out ReadOnlyMemory<byte> payload)
    {
        payload = default;
        int available = _end - _start;
        if (_length == LengthUnknown)
        {
            if (available < _protection.HeadSize)
                return false;

            uint claimed = _protection.OpenLength(_sequence, _buffer.AsSpan(_start, _protection.HeadSize));
            _length = PacketFormat.CheckLength(claimed, _protection);
        }

        int total = 4 + _length + _protection.TagSize;
        if (available < total)
            return false;

        Span<byte> packet = _buffer.AsSpan(_start, total);
        _protection.Open(_sequence, packet);
        payload = _buffer.AsMemory(_start + PacketFormat.HeaderSize, PacketFormat.PayloadLength(packet, _length));
        _start += total;
        _length = LengthUnknown;
        _sequence++;
        PacketCount++;
        PacketsSinceKeys++;
        BytesSinceKeys += total;
        return true;
    }

    /// <summary>Takes a line of the version exchange out of the buffer, without its end.</summary>
    /// <returns>The line, or <see langword="null"/> if it is not complete yet.</returns>
    /// <exception cref="SshProtocolException">The line is longer than allowed, or not printable US-ASCII.</exception>
    public string? TryReadLine(int maxLength)
    {
        ReadOnlySpan<byte> available = _buffer.AsSpan(_start, _end - _start);
        int length = available.IndexOf((byte)'\n');
        if ((length < 0 ? available.Length : length + 1) > maxLength)
            throw new SshProtocolException($"The peer's version line is longer than {maxLength} bytes. It does not speak SSH.");
        if (length < 0)
            return null;

        ReadOnlySpan<byte> line = available[..length].TrimEnd((byte)'\r');
        if (line.ContainsAnyExceptInRange((byte)0x20, (byte)0x7e))
            throw new SshProtocolException("The peer's version line has bytes that are not printable US-ASCII. It does not speak SSH.");

        string text = Encoding.ASCII.GetString(line);
        _start += length + 1;
        return text;
    }

    /// <summary>Receives more bytes.</summary>
    /// <returns><see langword="false"/> at the end of the stream.</returns>
    /// <exception cref="SshProtocolException">An unauthenticated peer sent more than it may.</exception>
    public async ValueTask<bool> FillAsync(CancellationToken ct)
    {
        if (_start == _end)
            await WaitWithoutBufferAsync(ct);
        else
            MakeRoom();

        _buffer ??= ArrayPool<byte>.Shared.Rent(_bufferSize);
        int count = await transport.ReadAsync(_buffer.AsMemory(_end), ct);
        if (count == 0)
            return false;

        _end += count;
        AdaptSize(count);
        TotalBytes += count;
        return TotalBytes <= MaxTotalBytes
            ? true
            : throw new SshProtocolException($"The peer sent more than {MaxTotalBytes} bytes before it was authenticated.");
    }

    /// <summary>Uses new keys from the next packet on. Takes over the protection.</summary>
    public void UseKeys(PacketProtection protection, bool resetSequence)
    {
        _protection.Dispose();
        _protection = protection;
        BytesSinceKeys = 0;
        PacketsSinceKeys = 0;
        if (resetSequence)
            _sequence = 0;
    }

    public void Dispose()
    {
        _protection.Dispose();
        ReturnBuffer();
    }

    private async ValueTask WaitWithoutBufferAsync(CancellationToken ct)
    {
        _start = _end = 0;
        ValueTask wait = transport.WaitForDataAsync(ct);
        if (!wait.IsCompleted)
            ReturnBuffer();

        await wait;
    }

    /// <summary>Strangers and terminals make do with little; who sends much gets fewer, larger reads.</summary>
    private void AdaptSize(int received)
    {
        if (_end == _buffer!.Length)
            _bufferSize = Math.Min(_bufferSize * 4, LargestBuffer);
        else if (received < SmallestBuffer / 4)
            _bufferSize = SmallestBuffer;
    }

    /// <summary>Moves a packet's beginning to the front once its rest does not fit behind it, into a larger buffer if need be.</summary>
    private void MakeRoom()
    {
        int needed = _length == LengthUnknown ? _protection.HeadSize : 4 + _length + _protection.TagSize;
        if (_buffer!.Length - _start >= needed && _end < _buffer.Length)
            return;

        byte[] target = _buffer;
        if (target.Length < Math.Max(needed, _bufferSize))
            target = ArrayPool<byte>.Shared.Rent(Math.Max(needed, _bufferSize));

        _buffer.AsSpan(_start, _end - _start).CopyTo(target);
        if (target != _buffer)
            ArrayPool<byte>.Shared.Return(_buffer);

        _buffer = target;
        _end -= _start;
        _start = 0;
    }

    private void ReturnBuffer()
    {
        if (_buffer is null)
            return;

        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = null;
    }
}
