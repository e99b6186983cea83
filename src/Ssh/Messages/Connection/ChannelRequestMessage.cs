namespace Teleport.Ssh.Messages.Connection;

/// <summary>Asks for something within a channel (SSH_MSG_CHANNEL_REQUEST).</summary>
/// <remarks>
/// RFC 4254 section 5.4. Spans point into the packet: copy what must outlive it.
/// <code>
/// uint32   recipient channel
/// string   request name, at most 128 bytes
/// boolean  whether an answer is due
/// byte[]   as the request defines
/// </code>
/// </remarks>
internal readonly ref struct ChannelRequestMessage : ISshMessage<ChannelRequestMessage>
{
    public static byte Number => 98;

    public uint RecipientChannel { get; init; }

    public required string Name { get; init; }

    public bool WantReply { get; init; }

    public ReadOnlySpan<byte> Payload { get; init; }

    /// <exception cref="SshProtocolException">The packet is truncated, or a field is out of its limits.</exception>
    public static ChannelRequestMessage Read(scoped ref SshReader reader) => new()
    {
        RecipientChannel = reader.ReadUInt32(),
        Name = reader.ReadString(maxLength: 128),
        WantReply = reader.ReadBoolean(),
        Payload = reader.ReadRest(),
    };

    public void Write(ref SshWriter writer)
    {
        writer.WriteUInt32(RecipientChannel);
        writer.WriteString(Name);
        writer.WriteBoolean(WantReply);
        writer.WriteRaw(Payload);
    }
}
