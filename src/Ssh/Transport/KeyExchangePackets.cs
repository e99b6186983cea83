using Teleport.Ssh.Messages;

namespace Teleport.Ssh.Transport;

/// <summary>Sends and receives the packets of a running key exchange, when nothing else may arrive.</summary>
internal sealed class KeyExchangePackets(PacketReader reader, PacketWriter writer, RoundTrip roundTrip)
{
    /// <summary>What a peer may interleave (IGNORE, DEBUG) before we give up on it.</summary>
    private const int MaxInterleaved = 64;

    private long? _sent;

    /// <summary>Whether nothing may be interleaved: strict key exchange, during the first one.</summary>
    public bool IsStrict { get; set; }

    public void Send<T>(scoped in T message)
        where T : ISshMessage<T>, allows ref struct
    {
        writer.Write(message);
        writer.Flush();
        _sent = roundTrip.Start();
    }

    /// <summary>Waits for the message of a number.</summary>
    /// <returns>Its payload with the number, valid until the next call.</returns>
    /// <exception cref="SshProtocolException">Another message came.</exception>
    /// <exception cref="SshConnectionException">The peer disconnected.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(byte number, CancellationToken ct)
    {
        for (int interleaved = 0; interleaved <= MaxInterleaved; interleaved++)
        {
            ReadOnlyMemory<byte> payload = await ReceiveAnyAsync(ct);
            byte received = payload.Span[0];
            if (received == number)
            {
                ObserveAnswer();
                return payload;
            }

            if (received == MessageNumbers.Disconnect)
                throw DisconnectReader.ToException(payload.Span);
            if (IsStrict || received is not (MessageNumbers.Ignore or MessageNumbers.Debug or MessageNumbers.Unimplemented))
                throw new SshProtocolException($"{MessageTable.Describe(received)} is not allowed here: {MessageTable.Describe(number)} is due.");
        }

        throw new SshProtocolException($"The peer sent more than {MaxInterleaved} packets of no use during a key exchange.");
    }

    /// <summary>Receives the next packet, whatever it is.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReceiveAnyAsync(CancellationToken ct)
    {
        ReadOnlyMemory<byte> payload;
        while (!reader.TryRead(out payload))
        {
            if (!await reader.FillAsync(ct))
                throw new SshConnectionException(SshDisconnectReason.ConnectionLost, "The peer closed the connection during the key exchange.");
        }

        return payload;
    }

    private void ObserveAnswer()
    {
        if (_sent is { } start)
            roundTrip.Observe(start);

        _sent = null;
    }
}
