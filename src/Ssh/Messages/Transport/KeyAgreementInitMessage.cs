namespace Teleport.Ssh.Messages.Transport;

/// <summary>Carries the client's value of a key agreement (SSH_MSG_KEX_ECDH_INIT).</summary>
/// <remarks>
/// RFC 5656 section 4, RFC 4253 section 8. All methods share number and shape. Spans point into the packet: copy what must outlive it.
/// <code>
/// string   Q_C, or e as the content of an mpint, at most 2 048 bytes
/// </code>
/// </remarks>
internal readonly ref struct KeyAgreementInitMessage : ISshMessage<KeyAgreementInitMessage>
{
    public static byte Number => 30;

    public ReadOnlySpan<byte> Value { get; init; }

    /// <exception cref="SshProtocolException">The packet is truncated, or a field is out of its limits.</exception>
    public static KeyAgreementInitMessage Read(scoped ref SshReader reader) => new()
    {
        Value = reader.ReadBinary(maxLength: 2_048),
    };

    public void Write(ref SshWriter writer)
    {
        writer.WriteBinary(Value);
    }
}
