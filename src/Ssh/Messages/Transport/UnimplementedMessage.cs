namespace Teleport.Ssh.Messages.Transport;

/// <summary>Says that a message was not understood (SSH_MSG_UNIMPLEMENTED).</summary>
/// <remarks>
/// RFC 4253 section 11.4.
/// <code>
/// uint32   sequence number of the packet that was not understood
/// </code>
/// </remarks>
internal readonly ref struct UnimplementedMessage : ISshMessage<UnimplementedMessage>
{
    public static byte Number => 3;

    public uint Sequence { get; init; }

    /// <exception cref="SshProtocolException">The packet is truncated, or a field is out of its limits.</exception>
    public static UnimplementedMessage Read(scoped ref SshReader reader) => new()
    {
        Sequence = reader.ReadUInt32(),
    };

    public void Write(ref SshWriter writer)
    {
        writer.WriteUInt32(Sequence);
    }
}
