using Teleport.Abstractions.Security;
using Teleport.Ssh.Keys;

namespace Teleport.Pki.Issuing;

/// <summary>A login, already decided: what the certificates say.</summary>
public sealed record UserCertificateRequest
{
    /// <summary>The format that leaves our own extensions out of the SSH certificate.</summary>
    public const string OldSshFormat = "oldssh";

    /// <summary>Who holds the certificates and what they say; <see cref="UserIdentity.Expires"/> is when they end.</summary>
    public required UserIdentity Identity { get; init; }

    /// <summary>The user's key for SSH.</summary>
    public required SshPublicKey SshKey { get; init; }

    /// <summary>The user's key for TLS as DER SubjectPublicKeyInfo (ECDSA on a NIST curve, or RSA); null: no X.509 certificate.</summary>
    public ReadOnlyMemory<byte>? TlsPublicKeyInfo { get; init; }

    /// <summary><c>standard</c>, or <see cref="OldSshFormat"/>.</summary>
    public string Format { get; init; } = "standard";

    /// <summary>When the certificates begin: usually now less <see cref="CertificateTimes.Skew"/>.</summary>
    public required DateTimeOffset NotBefore { get; init; }
}
