namespace Teleport.Ssh.Messages.Connection;

/// <summary>Says that no more data follows (SSH_MSG_CHANNEL_EOF).</summary>
/// <remarks>
/// RFC 4254 section 5.3.
/// <code>
/// uint32   recipient channel
/// </code>
/// </remarks>
internal readonly ref struct ChannelEofMessage : ISshMessage<ChannelEofMessage>
{
    public static byte Number => 96;

    public uint RecipientChannel { get; init; }

    /// <exception cref="SshProtocolException">The packet is truncated, or a field is out of its limits.</exception>
    public static ChannelEofMessage Read(scoped ref SshReader reader) => new()
    {
        RecipientChannel = reader.ReadUInt32(),
    };

    public void Write(ref SshWriter writer)
    {
        writer.WriteUInt32(RecipientChannel);
    }
}
