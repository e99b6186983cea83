using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Teleport.Proxy.Tls;

/// <summary>The certificate of the web address where none is configured: kept in the data folder and made anew before it expires or when names are missing.</summary>
/// <remarks>
/// It vouches for itself only: whoever puts it into their list of trusted certificates (SSL_CERT_FILE) trusts this proxy and
/// nobody else, since it may not sign for others.
/// </remarks>
internal sealed class SelfSignedPair(string dataDir, IReadOnlyList<string> names, TimeProvider time)
{
    // Browsers refuse certificates that are good for more than 398 days.
    private static readonly TimeSpan Life = TimeSpan.FromDays(397);
    private static readonly TimeSpan RenewBefore = TimeSpan.FromDays(30);

    public string CertificateFile { get; } = Path.Combine(dataDir, "webproxy_cert.pem");

    public string KeyFile { get; } = Path.Combine(dataDir, "webproxy_key.pem");

    /// <summary>The pair of the data folder, or a new one.</summary>
    /// <param name="isNew">Whether it was made now.</param>
    public WebCertificate LoadOrCreate(out bool isNew)
    {
        isNew = false;
        if (TryLoad() is { } existing && !NeedsRenewal(existing))
        {
            return existing;
        }

        isNew = true;
        Create();
        return WebCertificate.Load(CertificateFile, KeyFile);
    }

    /// <summary>Whether a pair is about to expire, or lacks a name.</summary>
    public bool NeedsRenewal(WebCertificate pair)
    {
        DateTime now = time.GetUtcNow().UtcDateTime;
        return pair.Certificate.NotAfter.ToUniversalTime() - RenewBefore < now
            || pair.Certificate.NotBefore.ToUniversalTime() > now
            || !pair.Covers(names);
    }

    private WebCertificate? TryLoad()
    {
        if (!File.Exists(CertificateFile) || !File.Exists(KeyFile))
        {
            return null;
        }

        try
        {
            return WebCertificate.Load(CertificateFile, KeyFile);
        }
        catch (CryptographicException)
        {
            // Cut short or not ours: it proves nothing that a new pair would not, so it is replaced.
            return null;
        }
    }

    private void Create()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var subject = new X500DistinguishedNameBuilder();
        subject.AddOrganizationName("Teleport for .NET (self-signed)");
        subject.AddCommonName(names[0].Length <= 64 ? names[0] : "localhost");
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (string name in names)
        {
            if (IPAddress.TryParse(name, out IPAddress? address))
            {
                alternatives.AddIpAddress(address);
            }
            else
            {
                alternatives.AddDnsName(name);
            }
        }

        request.CertificateExtensions.Add(alternatives.Build());
        DateTimeOffset now = time.GetUtcNow();
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddMinutes(-1), now + Life);
        // The key first: a certificate without its key would be replaced at the next start, the reverse likewise.
        PrivateFile.Write(KeyFile, key.ExportPkcs8PrivateKeyPem() + "\n");
        PrivateFile.Write(CertificateFile, certificate.ExportCertificatePem() + "\n");
    }
}
