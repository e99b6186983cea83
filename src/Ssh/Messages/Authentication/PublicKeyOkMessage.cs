namespace Teleport.Ssh.Messages.Authentication;

/// <summary>Says that a key would do, if its possession were proved (SSH_MSG_USERAUTH_PK_OK).</summary>
/// <remarks>
/// RFC 4252 section 7. Spans point into the packet: copy what must outlive it.
/// <code>
/// string   algorithm of the query, at most 128 bytes
/// string   key of the query, at most 16 384 bytes
/// </code>
/// </remarks>
internal readonly ref struct PublicKeyOkMessage : ISshMessage<PublicKeyOkMessage>
{
    public static byte Number => 60;

    public required string Algorithm { get; init; }

    public ReadOnlySpan<byte> Key { get; init; }

    /// <exception cref="SshProtocolException">The packet is truncated, or a field is out of its limits.</exception>
    public static PublicKeyOkMessage Read(scoped ref SshReader reader) => new()
    {
        Algorithm = reader.ReadString(maxLength: 128),
        Key = reader.ReadBinary(maxLength: 16_384),
    };

    public void Write(ref SshWriter writer)
    {
        writer.WriteString(Algorithm);
        writer.WriteBinary(Key);
    }
}
