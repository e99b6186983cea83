using Teleport.Ssh.Keys;

namespace Teleport.Ssh.KeyAgent;

/// <summary>A key that an agent holds, with or without a certificate. The same key may be there twice: plain and certified.</summary>
/// <param name="PublicKey">The plain public key.</param>
/// <param name="Certificate">The certificate, or null.</param>
/// <param name="Comment">What the user called it.</param>
public sealed record SshAgentIdentity(SshPublicKey PublicKey, SshCertificate? Certificate, string Comment)
{
    /// <summary>What names the identity in the protocol: the certificate if there is one, else the key.</summary>
    public ReadOnlyMemory<byte> Blob => Certificate?.Blob ?? PublicKey.Blob;

    /// <summary>Reads key or certificate.</summary>
    /// <exception cref="SshException">The blob is malformed or of an unsupported type.</exception>
    internal static SshAgentIdentity FromBlob(ReadOnlySpan<byte> blob, string comment)
    {
        SshReader reader = new(blob);
        if (!SshCertificate.IsCertificateType(reader.ReadString(KeyTypes.MaxNameLength)))
            return new SshAgentIdentity(SshPublicKey.FromBlob(blob), null, comment);

        SshCertificate certificate = SshCertificate.FromBlob(blob);
        return new SshAgentIdentity(certificate.Key, certificate, comment);
    }
}
