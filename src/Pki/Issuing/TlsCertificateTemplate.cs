using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Teleport.Abstractions.Errors;
using Teleport.Pki.Authorities;

namespace Teleport.Pki.Issuing;

/// <summary>What our X.509 leaf certificates have in common: no authority, a random serial, both sides of TLS.</summary>
internal sealed class TlsCertificateTemplate(X500DistinguishedName subject, ReadOnlyMemory<byte> publicKeyInfo)
{
    private const int SerialBytes = 16;
    private const int MinRsaBits = 2048;
    private const int MaxRsaBits = 8192;

    private static readonly OidCollection BothSides = [new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")];

    /// <summary>Names in the subject alternative name, for servers.</summary>
    public IReadOnlyCollection<string> DnsNames { get; init; } = [];

    /// <summary>Addresses in the subject alternative name, for servers.</summary>
    public IReadOnlyCollection<IPAddress> IpAddresses { get; init; } = [];

    public X509Certificate2 Issue(AuthoritySigner authority, DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        CertificateRequest request = new(subject, ReadKey(out bool isRsa), HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            X509KeyUsageFlags.DigitalSignature | (isRsa ? X509KeyUsageFlags.KeyEncipherment : 0), critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(BothSides, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority.Tls, true, false));
        if (DnsNames.Count + IpAddresses.Count > 0)
            request.CertificateExtensions.Add(AlternativeNames());

        // A certificate must not outlive its authority.
        DateTimeOffset end = notAfter < authority.Tls.NotAfter ? notAfter : authority.Tls.NotAfter;
        byte[] serial = RandomNumberGenerator.GetBytes(SerialBytes);
        serial[0] = (byte)((serial[0] & 0x7f) | 0x40); // positive, and always of full length

        using AsymmetricAlgorithm key = (AsymmetricAlgorithm?)authority.Tls.GetECDsaPrivateKey() ?? authority.Tls.GetRSAPrivateKey()!;
        X509SignatureGenerator generator = key is ECDsa ecdsa
            ? X509SignatureGenerator.CreateForECDsa(ecdsa)
            : X509SignatureGenerator.CreateForRSA((RSA)key, RSASignaturePadding.Pkcs1);
        return request.Create(authority.Tls.SubjectName, generator, notBefore, end, serial);
    }

    private PublicKey ReadKey(out bool isRsa)
    {
        try
        {
            PublicKey key = PublicKey.CreateFromSubjectPublicKeyInfo(publicKeyInfo.Span, out int read);
            using RSA? rsa = key.GetRSAPublicKey();
            using ECDsa? ecdsa = key.GetECDsaPublicKey(); // reading it checks that the point is on the curve
            isRsa = rsa is not null;
            if (read == publicKeyInfo.Length && (rsa?.KeySize is >= MinRsaBits and <= MaxRsaBits || ecdsa?.KeySize is 256 or 384 or 521))
                return key;
        }
        catch (CryptographicException exception)
        {
            throw new TeleportException(ErrorCode.Invalid, "The public key for TLS cannot be read. Send a DER SubjectPublicKeyInfo.", exception);
        }

        throw TeleportException.Invalid($"The public key for TLS is refused. Use ECDSA on P-256, P-384 or P-521, or RSA of {MinRsaBits} to {MaxRsaBits} bits.");
    }

    private X509Extension AlternativeNames()
    {
        SubjectAlternativeNameBuilder names = new();
        foreach (string name in DnsNames)
            names.AddDnsName(name);
        foreach (IPAddress address in IpAddresses)
            names.AddIpAddress(address);
        return names.Build();
    }
}
