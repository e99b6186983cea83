namespace Teleport.Ssh.Messages.Transport;

/// <summary>Answers a ping (SSH2_MSG_PONG).</summary>
/// <remarks>
/// OpenSSH PROTOCOL section 1.9. Spans point into the packet: copy what must outlive it.
/// <code>
/// string   as in the ping, at most 35 000 bytes
/// </code>
/// </remarks>
internal readonly ref struct PongMessage : ISshMessage<PongMessage>
{
    public static byte Number => 193;

    public ReadOnlySpan<byte> Payload { get; init; }

    /// <exception cref="SshProtocolException">The packet is truncated, or a field is out of its limits.</exception>
    public static PongMessage Read(scoped ref SshReader reader) => new()
    {
        Payload = reader.ReadBinary(maxLength: 35_000),
    };

    public void Write(ref SshWriter writer)
    {
        writer.WriteBinary(Payload);
    }
}
