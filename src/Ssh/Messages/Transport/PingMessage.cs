namespace Teleport.Ssh.Messages.Transport;

/// <summary>Asks for a pong (SSH2_MSG_PING).</summary>
/// <remarks>
/// OpenSSH PROTOCOL section 1.9. Spans point into the packet: copy what must outlive it.
/// <code>
/// string   returned as it is, at most 35 000 bytes
/// </code>
/// </remarks>
internal readonly ref struct PingMessage : ISshMessage<PingMessage>
{
    public static byte Number => 192;

    public ReadOnlySpan<byte> Payload { get; init; }

    /// <exception cref="SshProtocolException">The packet is truncated, or a field is out of its limits.</exception>
    public static PingMessage Read(scoped ref SshReader reader) => new()
    {
        Payload = reader.ReadBinary(maxLength: 35_000),
    };

    public void Write(ref SshWriter writer)
    {
        writer.WriteBinary(Payload);
    }
}
