namespace Teleport.Ssh.Messages.Connection;

/// <summary>Asks for something outside of channels (SSH_MSG_GLOBAL_REQUEST).</summary>
/// <remarks>
/// RFC 4254 section 4. Spans point into the packet: copy what must outlive it.
/// <code>
/// string   request name, at most 128 bytes
/// boolean  whether an answer is due
/// byte[]   as the request defines
/// </code>
/// </remarks>
internal readonly ref struct GlobalRequestMessage : ISshMessage<GlobalRequestMessage>
{
    public static byte Number => 80;

    public required string Name { get; init; }

    public bool WantReply { get; init; }

    public ReadOnlySpan<byte> Payload { get; init; }

    /// <exception cref="SshProtocolException">The packet is truncated, or a field is out of its limits.</exception>
    public static GlobalRequestMessage Read(scoped ref SshReader reader) => new()
    {
        Name = reader.ReadString(maxLength: 128),
        WantReply = reader.ReadBoolean(),
        Payload = reader.ReadRest(),
    };

    public void Write(ref SshWriter writer)
    {
        writer.WriteString(Name);
        writer.WriteBoolean(WantReply);
        writer.WriteRaw(Payload);
    }
}
