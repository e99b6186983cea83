namespace Teleport.Ssh.Messages.Transport;

/// <summary>Ends the connection (SSH_MSG_DISCONNECT).</summary>
/// <remarks>
/// RFC 4253 section 11.1.
/// <code>
/// uint32   reason code
/// string   description in UTF-8, at most 4 096 bytes
/// string   language tag, at most 64 bytes
/// </code>
/// </remarks>
internal readonly ref struct DisconnectMessage : ISshMessage<DisconnectMessage>
{
    public static byte Number => 1;

    public uint Reason { get; init; }

    public required string Description { get; init; }

    public required string Language { get; init; }

    /// <exception cref="SshProtocolException">The packet is truncated, or a field is out of its limits.</exception>
    public static DisconnectMessage Read(scoped ref SshReader reader) => new()
    {
        Reason = reader.ReadUInt32(),
        Description = reader.ReadString(maxLength: 4_096),
        Language = reader.ReadString(maxLength: 64),
    };

    public void Write(ref SshWriter writer)
    {
        writer.WriteUInt32(Reason);
        writer.WriteString(Description);
        writer.WriteString(Language);
    }
}
