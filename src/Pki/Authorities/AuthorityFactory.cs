using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Pki.Names;
using Teleport.Ssh.Keys;

namespace Teleport.Pki.Authorities;

/// <summary>Makes the keys of new authorities.</summary>
public static class AuthorityFactory
{
    private const int RsaBits = 3072;
    private const int SerialBytes = 16;

    /// <summary>How long the certificate of an authority is valid; it ends earlier by rotation.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromDays(3650);

    /// <summary>Makes an authority with new keys: SSH and X.509 for users and hosts, X.509 only for others.</summary>
    /// <param name="type">What it vouches for.</param>
    /// <param name="clusterName">The cluster.</param>
    /// <param name="signatureAlgorithm">
    /// The setting <c>ca_signature_algo</c>: null or <c>ssh-ed25519</c> gives Ed25519, <c>rsa-sha2-256</c> and <c>rsa-sha2-512</c>
    /// give RSA, <c>ecdsa-sha2-nistp256</c> gives ECDSA. It concerns the SSH key; the X.509 key is always ECDSA P-256.
    /// </param>
    /// <param name="time">The clock.</param>
    /// <exception cref="TeleportException">Code <c>invalid</c>: the algorithm is unknown or insecure.</exception>
    public static CertAuthority Create(AuthorityType type, string clusterName, string? signatureAlgorithm, TimeProvider time)
    {
        ArgumentException.ThrowIfNullOrEmpty(clusterName);
        ArgumentNullException.ThrowIfNull(time);
        return new CertAuthority
        {
            Metadata = new ResourceMetadata { Name = clusterName },
            Spec = new CertAuthoritySpec
            {
                Type = type,
                ClusterName = clusterName,
                SignatureAlgorithm = signatureAlgorithm,
                ActiveKeys = CreateKeys(type, clusterName, signatureAlgorithm, time),
            },
        };
    }

    /// <summary>Makes a new set of keys for an authority, as a rotation needs.</summary>
    /// <inheritdoc cref="Create"/>
    public static AuthorityKeySet CreateKeys(AuthorityType type, string clusterName, string? signatureAlgorithm, TimeProvider time) => new()
    {
        Ssh = type is AuthorityType.User or AuthorityType.Host ? [CreateSsh(signatureAlgorithm)] : [],
        Tls = [CreateTls(clusterName, time)],
    };

    private static SshAuthorityKey CreateSsh(string? signatureAlgorithm)
    {
        SshKeyKind kind = signatureAlgorithm switch
        {
            null or "" or "ssh-ed25519" => SshKeyKind.Ed25519,
            "rsa-sha2-256" or "rsa-sha2-512" => SshKeyKind.Rsa,
            "ecdsa-sha2-nistp256" => SshKeyKind.EcdsaP256,
            "ssh-rsa" => throw TeleportException.Invalid(
                "ca_signature_algo is \"ssh-rsa\", which signs with SHA-1 and is refused by current clients. Use \"rsa-sha2-512\", or leave it out for Ed25519."),
            _ => throw TeleportException.Invalid(
                $"ca_signature_algo is \"{signatureAlgorithm}\". Known are ssh-ed25519 (the default), rsa-sha2-256, rsa-sha2-512 and ecdsa-sha2-nistp256."),
        };
        using SshPrivateKey key = SshPrivateKey.Generate(kind, RsaBits);
        return new SshAuthorityKey { PublicKey = key.PublicKey.ToAuthorizedKeysLine(), PrivateKey = key.ToOpenSshPem() };
    }

    private static TlsAuthorityKey CreateTls(string clusterName, TimeProvider time)
    {
        // The number tells the authorities of one cluster apart: a chain is found by the issuer's name.
        BigInteger number = new(RandomNumberGenerator.GetBytes(SerialBytes), isUnsigned: true);
        X500DistinguishedName name = new SubjectNameBuilder()
            .Add(SubjectAttributes.Organization, clusterName)
            .Add(SubjectAttributes.CommonName, clusterName)
            .Add(SubjectAttributes.SerialNumber, number.ToString(System.Globalization.CultureInfo.InvariantCulture))
            .Build();

        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));

        DateTimeOffset now = time.GetUtcNow();
        using X509Certificate2 certificate = request.CreateSelfSigned(now - CertificateTimes.Skew, now + Life);
        return new TlsAuthorityKey
        {
            Certificate = certificate.ExportCertificatePem() + "\n",
            PrivateKey = key.ExportPkcs8PrivateKeyPem() + "\n",
        };
    }
}
