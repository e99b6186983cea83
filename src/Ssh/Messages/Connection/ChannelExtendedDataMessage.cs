namespace Teleport.Ssh.Messages.Connection;

/// <summary>Carries data beside the main stream (SSH_MSG_CHANNEL_EXTENDED_DATA).</summary>
/// <remarks>
/// RFC 4254 section 5.2. Spans point into the packet: copy what must outlive it.
/// <code>
/// uint32   recipient channel
/// uint32   type: 1 is stderr
/// string   data, at most 35 000 bytes
/// </code>
/// </remarks>
internal readonly ref struct ChannelExtendedDataMessage : ISshMessage<ChannelExtendedDataMessage>
{
    public static byte Number => 95;

    public uint RecipientChannel { get; init; }

    public uint DataType { get; init; }

    public ReadOnlySpan<byte> Payload { get; init; }

    /// <exception cref="SshProtocolException">The packet is truncated, or a field is out of its limits.</exception>
    public static ChannelExtendedDataMessage Read(scoped ref SshReader reader) => new()
    {
        RecipientChannel = reader.ReadUInt32(),
        DataType = reader.ReadUInt32(),
        Payload = reader.ReadBinary(maxLength: 35_000),
    };

    public void Write(ref SshWriter writer)
    {
        writer.WriteUInt32(RecipientChannel);
        writer.WriteUInt32(DataType);
        writer.WriteBinary(Payload);
    }
}
