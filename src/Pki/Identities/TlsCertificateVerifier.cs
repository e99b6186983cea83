using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Security;
using Teleport.Pki.Authorities;

namespace Teleport.Pki.Identities;

/// <summary>Turns the X.509 certificate of a TLS peer, whose handshake has proven its key, into a caller.</summary>
/// <remarks>Whether it is a user or a host is decided by the authority that signed, never by what the certificate says (H09).</remarks>
/// <param name="users">The user authorities.</param>
/// <param name="hosts">The host authorities.</param>
/// <param name="time">The clock.</param>
public sealed class TlsCertificateVerifier(TrustedAuthorities users, TrustedAuthorities hosts, TimeProvider time)
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>Checks authority, signature, time and cluster, and reads the identity.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="remoteAddress">Address and port of the peer, for audit; null when unknown.</param>
    /// <exception cref="TeleportException">Code <c>unauthenticated</c>; the message has the reason, for logs.</exception>
    public Caller Verify(X509Certificate2 certificate, string? remoteAddress = null)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        if (FindCluster(certificate, users) is { } userCluster)
            return Caller.Of(UserIdentityReader.FromX509(certificate, userCluster), remoteAddress);
        if (FindCluster(certificate, hosts) is { } hostCluster)
            return Caller.Of(HostIdentityReader.FromX509(certificate, hostCluster), remoteAddress);

        throw CertificateRefused.Because(
            $"it is not signed by a trusted authority of users or hosts, or not valid at {time.GetUtcNow():u} " +
            $"(valid from {certificate.NotBefore.ToUniversalTime():u} to {certificate.NotAfter.ToUniversalTime():u}). Log in or join again");
    }

    private string? FindCluster(X509Certificate2 certificate, TrustedAuthorities authorities)
    {
        if (authorities.TlsRoots.Count == 0)
            return null;

        using X509Chain chain = new()
        {
            ChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
                VerificationTimeIgnored = false,
                VerificationTime = time.GetUtcNow().UtcDateTime,
            },
        };
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities.TlsRoots);
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        try
        {
            // Exactly a leaf and its authority: nobody else signs certificates here (H08).
            return chain.Build(certificate) && chain.ChainElements.Count == 2 ? authorities.FindCluster(chain.ChainElements[1].Certificate) : null;
        }
        finally
        {
            foreach (X509ChainElement element in chain.ChainElements)
                element.Certificate.Dispose();
        }
    }
}
