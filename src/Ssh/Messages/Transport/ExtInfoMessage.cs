namespace Teleport.Ssh.Messages.Transport;

/// <summary>Tells of extensions (SSH_MSG_EXT_INFO).</summary>
/// <remarks>
/// RFC 8308 section 2.3.
/// <code>
/// uint32  number of extensions, at most 64
/// then for each
/// string  name, at most 128 bytes
/// string  value, binary, at most 8192 bytes
/// </code>
/// </remarks>
internal sealed record ExtInfoMessage(IReadOnlyList<KeyValuePair<string, byte[]>> Extensions) : ISshMessage<ExtInfoMessage>
{
    private const int MaxExtensions = 64;

    public static byte Number => 7;

    /// <exception cref="SshProtocolException">The packet is truncated, or a field is out of its limits.</exception>
    public static ExtInfoMessage Read(scoped ref SshReader reader)
    {
        uint count = reader.ReadUInt32();
        if (count > MaxExtensions)
            throw new SshProtocolException($"The peer announces {count} extensions; the limit is {MaxExtensions}.");

        List<KeyValuePair<string, byte[]>> extensions = [];
        for (uint index = 0; index < count; index++)
        {
            string name = reader.ReadString(maxLength: 128);
            extensions.Add(new(name, reader.ReadBinary(maxLength: 8_192).ToArray()));
        }

        return new ExtInfoMessage(extensions);
    }

    public void Write(ref SshWriter writer)
    {
        writer.WriteUInt32((uint)Extensions.Count);
        foreach ((string name, byte[] value) in Extensions)
        {
            writer.WriteString(name);
            writer.WriteBinary(value);
        }
    }
}
