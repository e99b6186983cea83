namespace Teleport.Ssh.Messages.Transport;

/// <summary>Carries the server's host key, value and signature (SSH_MSG_KEX_ECDH_REPLY).</summary>
/// <remarks>
/// RFC 5656 section 4, RFC 4253 section 8. All methods share number and shape. Spans point into the packet: copy what must outlive it.
/// <code>
/// string   host key or certificate, K_S, at most 16 384 bytes
/// string   Q_S, or f as the content of an mpint, at most 2 048 bytes
/// string   signature of the exchange hash, at most 4 096 bytes
/// </code>
/// </remarks>
internal readonly ref struct KeyAgreementReplyMessage : ISshMessage<KeyAgreementReplyMessage>
{
    public static byte Number => 31;

    public ReadOnlySpan<byte> HostKey { get; init; }

    public ReadOnlySpan<byte> Value { get; init; }

    public ReadOnlySpan<byte> Signature { get; init; }

    /// <exception cref="SshProtocolException">The packet is truncated, or a field is out of its limits.</exception>
    public static KeyAgreementReplyMessage Read(scoped ref SshReader reader) => new()
    {
        HostKey = reader.ReadBinary(maxLength: 16_384),
        Value = reader.ReadBinary(maxLength: 2_048),
        Signature = reader.ReadBinary(maxLength: 4_096),
    };

    public void Write(ref SshWriter writer)
    {
        writer.WriteBinary(HostKey);
        writer.WriteBinary(Value);
        writer.WriteBinary(Signature);
    }
}
