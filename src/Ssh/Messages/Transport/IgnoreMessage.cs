namespace Teleport.Ssh.Messages.Transport;

/// <summary>Carries nothing (SSH_MSG_IGNORE).</summary>
/// <remarks>
/// RFC 4253 section 11.2. Spans point into the packet: copy what must outlive it.
/// <code>
/// string   anything, at most 35 000 bytes
/// </code>
/// </remarks>
internal readonly ref struct IgnoreMessage : ISshMessage<IgnoreMessage>
{
    public static byte Number => 2;

    public ReadOnlySpan<byte> Payload { get; init; }

    /// <exception cref="SshProtocolException">The packet is truncated, or a field is out of its limits.</exception>
    public static IgnoreMessage Read(scoped ref SshReader reader) => new()
    {
        Payload = reader.ReadBinary(maxLength: 35_000),
    };

    public void Write(ref SshWriter writer)
    {
        writer.WriteBinary(Payload);
    }
}
