using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Errors;
using Teleport.Client.Profiles;

namespace Teleport.Client.Web;

/// <summary>Judges the certificate of a proxy's web address, and says what to do about one that is refused.</summary>
internal sealed class ProxyCertificateCheck(NetworkAddress address, bool insecure, TimeProvider time)
{
    private const string AuthServerName = "teleport.cluster.local";

    /// <summary>Why the last certificate was refused.</summary>
    public TeleportException? Refusal { get; private set; }

    public bool Verify(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        Refusal = null;
        if (errors == SslPolicyErrors.None)
        {
            return true;
        }

        if (certificate is not X509Certificate2 shown)
        {
            Refusal = TeleportException.Unavailable($"The proxy {address.ToHostPort()} showed no certificate.");
            return false;
        }

        string[] names =
        [
            .. shown.Extensions.OfType<X509SubjectAlternativeNameExtension>()
                .SelectMany(static extension => extension.EnumerateDnsNames().Concat(extension.EnumerateIPAddresses().Select(static ip => ip.ToString()))),
        ];
        if (names.Any(static name => name.EndsWith(AuthServerName, StringComparison.OrdinalIgnoreCase)))
        {
            Refusal = TeleportException.Unavailable($"{address.ToHostPort()} is the auth service, not a proxy. Use the proxy's web address, port 3080 unless configured otherwise.");
            return false;
        }

        // Asked for by the user, who is warned each time.
        Refusal = insecure ? null : TeleportException.Unavailable(Explain(shown, names, chain, errors));
        return insecure;
    }

    private string Explain(X509Certificate2 certificate, string[] names, X509Chain? chain, SslPolicyErrors errors)
    {
        string where = address.ToHostPort();
        if (chain?.ChainStatus.Any(static status => status.Status.HasFlag(X509ChainStatusFlags.NotTimeValid)) == true)
        {
            return $"The certificate of the proxy {where} is good from {certificate.NotBefore.ToUniversalTime():u} to {certificate.NotAfter.ToUniversalTime():u}, " +
                $"and this machine's clock says {time.GetUtcNow():u}. If the clock is right, an administrator has to renew the certificate; else set it: timedatectl set-ntp true";
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) && !errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            return $"The certificate of the proxy {where} is not for the name {address.Host}, but for {Names.Printable(names.Length == 0 ? "no name" : string.Join(", ", names))}. " +
                "Use one of these names, or ask an administrator to add this one (proxy_service.public_addr, https_keypairs). For a test on a network that you trust, use --insecure.";
        }

        return $"The certificate of the proxy {where} is not trusted: no authority that this machine knows vouches for it (issuer {Names.Printable(certificate.Issuer)}, " +
            $"SHA-256 {Convert.ToHexStringLower(certificate.GetCertHash(HashAlgorithmName.SHA256))}). If it is the proxy's own (DATA_DIR/webproxy_cert.pem), copy it from there and set " +
            "SSL_CERT_FILE to its path; better, give the proxy a certificate with https_keypairs. For a test on a network that you trust, use --insecure.";
    }
}
