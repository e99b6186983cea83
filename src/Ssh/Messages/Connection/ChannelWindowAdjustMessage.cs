namespace Teleport.Ssh.Messages.Connection;

/// <summary>Lets the peer send more (SSH_MSG_CHANNEL_WINDOW_ADJUST).</summary>
/// <remarks>
/// RFC 4254 section 5.2.
/// <code>
/// uint32   recipient channel
/// uint32   bytes to add
/// </code>
/// </remarks>
internal readonly ref struct ChannelWindowAdjustMessage : ISshMessage<ChannelWindowAdjustMessage>
{
    public static byte Number => 93;

    public uint RecipientChannel { get; init; }

    public uint BytesToAdd { get; init; }

    /// <exception cref="SshProtocolException">The packet is truncated, or a field is out of its limits.</exception>
    public static ChannelWindowAdjustMessage Read(scoped ref SshReader reader) => new()
    {
        RecipientChannel = reader.ReadUInt32(),
        BytesToAdd = reader.ReadUInt32(),
    };

    public void Write(ref SshWriter writer)
    {
        writer.WriteUInt32(RecipientChannel);
        writer.WriteUInt32(BytesToAdd);
    }
}
