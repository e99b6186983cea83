namespace Teleport.Ssh.Messages.Connection;

/// <summary>Asks the peer to open a channel (SSH_MSG_CHANNEL_OPEN).</summary>
/// <remarks>
/// RFC 4254 section 5.1. Spans point into the packet: copy what must outlive it.
/// <code>
/// string   channel type, at most 128 bytes
/// uint32   sender channel
/// uint32   initial window size in bytes
/// uint32   maximum packet size in bytes
/// byte[]   data of that type
/// </code>
/// </remarks>
internal readonly ref struct ChannelOpenMessage : ISshMessage<ChannelOpenMessage>
{
    public static byte Number => 90;

    public required string ChannelType { get; init; }

    public uint SenderChannel { get; init; }

    public uint InitialWindow { get; init; }

    public uint MaxPacket { get; init; }

    public ReadOnlySpan<byte> TypeData { get; init; }

    /// <exception cref="SshProtocolException">The packet is truncated, or a field is out of its limits.</exception>
    public static ChannelOpenMessage Read(scoped ref SshReader reader) => new()
    {
        ChannelType = reader.ReadString(maxLength: 128),
        SenderChannel = reader.ReadUInt32(),
        InitialWindow = reader.ReadUInt32(),
        MaxPacket = reader.ReadUInt32(),
        TypeData = reader.ReadRest(),
    };

    public void Write(ref SshWriter writer)
    {
        writer.WriteString(ChannelType);
        writer.WriteUInt32(SenderChannel);
        writer.WriteUInt32(InitialWindow);
        writer.WriteUInt32(MaxPacket);
        writer.WriteRaw(TypeData);
    }
}
