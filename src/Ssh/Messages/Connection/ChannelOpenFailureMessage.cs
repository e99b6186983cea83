namespace Teleport.Ssh.Messages.Connection;

/// <summary>Refuses a channel (SSH_MSG_CHANNEL_OPEN_FAILURE).</summary>
/// <remarks>
/// RFC 4254 section 5.1.
/// <code>
/// uint32   recipient channel
/// uint32   reason code
/// string   description in UTF-8, at most 4 096 bytes
/// string   language tag, at most 64 bytes
/// </code>
/// </remarks>
internal readonly ref struct ChannelOpenFailureMessage : ISshMessage<ChannelOpenFailureMessage>
{
    public static byte Number => 92;

    public uint RecipientChannel { get; init; }

    public uint Reason { get; init; }

    public required string Description { get; init; }

    public required string Language { get; init; }

    /// <exception cref="SshProtocolException">The packet is truncated, or a field is out of its limits.</exception>
    public static ChannelOpenFailureMessage Read(scoped ref SshReader reader) => new()
    {
        RecipientChannel = reader.ReadUInt32(),
        Reason = reader.ReadUInt32(),
        Description = reader.ReadString(maxLength: 4_096),
        Language = reader.ReadString(maxLength: 64),
    };

    public void Write(ref SshWriter writer)
    {
        writer.WriteUInt32(RecipientChannel);
        writer.WriteUInt32(Reason);
        writer.WriteString(Description);
        writer.WriteString(Language);
    }
}
