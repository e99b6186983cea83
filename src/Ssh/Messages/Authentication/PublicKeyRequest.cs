namespace Teleport.Ssh.Messages.Authentication;

/// <summary>The method data of a publickey request: a query without signature, or a proof with one.</summary>
/// <remarks>
/// RFC 4252 section 7. Spans point into the packet: copy what must outlive it.
/// <code>
/// boolean  whether a signature follows
/// string   algorithm, at most 128 bytes
/// string   key or certificate, at most 16 384 bytes
/// string   signature, at most 8192 bytes, only if announced
/// </code>
/// </remarks>
internal readonly ref struct PublicKeyRequest
{
    public bool HasSignature { get; init; }

    public required string Algorithm { get; init; }

    public ReadOnlySpan<byte> Key { get; init; }

    public ReadOnlySpan<byte> Signature { get; init; }

    /// <exception cref="SshProtocolException">The data is truncated, too long, or has something behind it.</exception>
    public static PublicKeyRequest Read(scoped ref SshReader reader)
    {
        bool hasSignature = reader.ReadBoolean();
        string algorithm = reader.ReadString(maxLength: 128);
        ReadOnlySpan<byte> key = reader.ReadBinary(maxLength: 16_384);
        ReadOnlySpan<byte> signature = hasSignature ? reader.ReadBinary(maxLength: 8_192) : default;
        reader.ExpectEnd();
        return new PublicKeyRequest { HasSignature = hasSignature, Algorithm = algorithm, Key = key, Signature = signature };
    }

    /// <summary>Writes all fields but the signature: this is also what a proof signs.</summary>
    public void WriteUnsigned(ref SshWriter writer)
    {
        writer.WriteBoolean(HasSignature);
        writer.WriteString(Algorithm);
        writer.WriteBinary(Key);
    }
}
