namespace Teleport.Ssh.Messages.Connection;

/// <summary>Closes a channel; both sides send it once (SSH_MSG_CHANNEL_CLOSE).</summary>
/// <remarks>
/// RFC 4254 section 5.3.
/// <code>
/// uint32   recipient channel
/// </code>
/// </remarks>
internal readonly ref struct ChannelCloseMessage : ISshMessage<ChannelCloseMessage>
{
    public static byte Number => 97;

    public uint RecipientChannel { get; init; }

    /// <exception cref="SshProtocolException">The packet is truncated, or a field is out of its limits.</exception>
    public static ChannelCloseMessage Read(scoped ref SshReader reader) => new()
    {
        RecipientChannel = reader.ReadUInt32(),
    };

    public void Write(ref SshWriter writer)
    {
        writer.WriteUInt32(RecipientChannel);
    }
}
