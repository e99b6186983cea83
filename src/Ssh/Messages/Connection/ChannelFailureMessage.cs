namespace Teleport.Ssh.Messages.Connection;

/// <summary>Refuses a channel request (SSH_MSG_CHANNEL_FAILURE).</summary>
/// <remarks>
/// RFC 4254 section 5.4. Answers come in the order of the requests.
/// <code>
/// uint32   recipient channel
/// </code>
/// </remarks>
internal readonly ref struct ChannelFailureMessage : ISshMessage<ChannelFailureMessage>
{
    public static byte Number => 100;

    public uint RecipientChannel { get; init; }

    /// <exception cref="SshProtocolException">The packet is truncated, or a field is out of its limits.</exception>
    public static ChannelFailureMessage Read(scoped ref SshReader reader) => new()
    {
        RecipientChannel = reader.ReadUInt32(),
    };

    public void Write(ref SshWriter writer)
    {
        writer.WriteUInt32(RecipientChannel);
    }
}
