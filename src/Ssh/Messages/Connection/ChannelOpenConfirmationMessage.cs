namespace Teleport.Ssh.Messages.Connection;

/// <summary>Grants a channel (SSH_MSG_CHANNEL_OPEN_CONFIRMATION).</summary>
/// <remarks>
/// RFC 4254 section 5.1. Spans point into the packet: copy what must outlive it.
/// <code>
/// uint32   recipient channel
/// uint32   sender channel
/// uint32   initial window size in bytes
/// uint32   maximum packet size in bytes
/// byte[]   data of that type
/// </code>
/// </remarks>
internal readonly ref struct ChannelOpenConfirmationMessage : ISshMessage<ChannelOpenConfirmationMessage>
{
    public static byte Number => 91;

    public uint RecipientChannel { get; init; }

    public uint SenderChannel { get; init; }

    public uint InitialWindow { get; init; }

    public uint MaxPacket { get; init; }

    public ReadOnlySpan<byte> TypeData { get; init; }

    /// <exception cref="SshProtocolException">The packet is truncated, or a field is out of its limits.</exception>
    public static ChannelOpenConfirmationMessage Read(scoped ref SshReader reader) => new()
    {
        RecipientChannel = reader.ReadUInt32(),
        SenderChannel = reader.ReadUInt32(),
        InitialWindow = reader.ReadUInt32(),
        MaxPacket = reader.ReadUInt32(),
        TypeData = reader.ReadRest(),
    };

    public void Write(ref SshWriter writer)
    {
        writer.WriteUInt32(RecipientChannel);
        writer.WriteUInt32(SenderChannel);
        writer.WriteUInt32(InitialWindow);
        writer.WriteUInt32(MaxPacket);
        writer.WriteRaw(TypeData);
    }
}
