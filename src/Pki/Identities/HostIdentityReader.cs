using System.Security.Cryptography.X509Certificates;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Security;
using Teleport.Pki.Names;
using Teleport.Ssh;
using Teleport.Ssh.Keys;

namespace Teleport.Pki.Identities;

/// <summary>Reads what host certificates say. Proves nothing: whoever received the certificate from a peer uses a verifier.</summary>
public static class HostIdentityReader
{
    /// <summary>Reads an SSH certificate of a joined service.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="authorityCluster">The cluster of the authority that signed, which must agree; null trusts the certificate's own word.</param>
    /// <exception cref="TeleportException">Code <c>unauthenticated</c>: it is not the certificate of a joined service, or malformed.</exception>
    public static HostIdentity FromSsh(SshCertificate certificate, string? authorityCluster = null)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        if (certificate.Kind != SshCertificateKind.Host)
            throw CertificateRefused.Because("it is not a host certificate");

        try
        {
            string cluster = CertificateRefused.Agree(certificate.GetExtensionString(IdentityExtensions.HostCluster), authorityCluster);
            return new HostIdentity
            {
                HostId = HostIdOf(certificate.KeyId, cluster),
                ClusterName = cluster,
                Role = RoleOf(certificate.GetExtensionString(IdentityExtensions.HostRole)),
                Principals = certificate.Principals,
                Expires = certificate.ValidBefore ?? DateTimeOffset.MaxValue,
            };
        }
        catch (SshProtocolException exception)
        {
            throw CertificateRefused.Because("an extension is malformed", exception);
        }
    }

    /// <summary>Reads an X.509 certificate of a joined service; its principals are the DNS names it may serve.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="authorityCluster">The cluster of the authority that signed, which must agree; null trusts the certificate's own word.</param>
    /// <exception cref="TeleportException">Code <c>unauthenticated</c>: it is not the certificate of a joined service, or malformed.</exception>
    public static HostIdentity FromX509(X509Certificate2 certificate, string? authorityCluster = null)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        SubjectName subject = SubjectName.Read(certificate.SubjectName);
        string name = subject.Single(SubjectAttributes.CommonName) ?? throw CertificateRefused.Because("it names no host");
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        string cluster = CertificateRefused.Agree(dot < 0 ? null : name[(dot + 1)..], authorityCluster);
        return new HostIdentity
        {
            HostId = HostIdOf(name, cluster),
            ClusterName = cluster,
            Role = RoleOf(subject.Single(SubjectAttributes.Organization)),
            Principals =
            [
                .. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(names => names.EnumerateDnsNames()),
            ],
            Expires = new DateTimeOffset(certificate.NotAfter),
        };
    }

    private static string HostIdOf(string name, string cluster)
    {
        string suffix = "." + cluster;
        string id = name.EndsWith(suffix, StringComparison.Ordinal) ? name[..^suffix.Length] : "";
        return id.Length > 0 && !id.Contains('.', StringComparison.Ordinal)
            ? id
            : throw CertificateRefused.Because($"\"{name}\" is not the name of a service of {cluster}");
    }

    // By name only: Enum.Parse would also take numbers and lists.
    private static SystemRole RoleOf(string? role) =>
        Enum.GetValues<SystemRole>().Where(known => known != SystemRole.TrustedCluster && known.ToString() == role).Cast<SystemRole?>().FirstOrDefault()
        ?? throw CertificateRefused.Because($"\"{role}\" is not a role of a service");
}
