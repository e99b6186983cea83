using System.Security.Cryptography.X509Certificates;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Security;
using Teleport.Api.Join.V1;
using Teleport.Pki.Authorities;
using Teleport.Pki.Files;
using Teleport.Pki.Identities;
using Teleport.Ssh.Keys;

namespace Teleport.Agent.Joining;

/// <summary>What proves that this host plays a role in a cluster, and what it trusts there. Immutable; swapped whole on renewal.</summary>
internal sealed class HostCredentials
{
    private HostCredentials(IdentityFile file, HostIdentity identity, SshPrivateKey key)
    {
        (File, Identity) = (file, identity);
        Ssh = SshCredential.FromCertificate(key, file.SshCertificate!);
        Tls = file.OpenTlsCertificate();
        TlsRoots = file.OpenTlsAuthorities();
    }

    public IdentityFile File { get; }

    public HostIdentity Identity { get; }

    public SshCredential Ssh { get; }

    public X509Certificate2 Tls { get; }

    public X509Certificate2Collection TlsRoots { get; }

    /// <summary>When the certificates began, which with their end gives their life.</summary>
    public DateTimeOffset Begins => Tls.NotBefore.ToUniversalTime();

    public static HostCredentials Of(HostCertificates answer, HostKeys keys)
    {
        var file = new IdentityFile
        {
            PrivateKey = keys.SshPem,
            TlsPrivateKey = keys.TlsPem,
            SshCertificate = SshCertificate.Parse(answer.SshCertificate),
            TlsCertificate = answer.TlsCertificate,
            TlsAuthorities = [.. answer.TlsCaCertificates],
            SshAuthorities = [.. answer.SshCaKeys.Select(key => new HostAuthorityLine(answer.ClusterName, SshPublicKey.Parse(key)))],
        };
        return Of(file);
    }

    /// <exception cref="TeleportException">The file lacks something, or its two certificates disagree.</exception>
    public static HostCredentials Of(IdentityFile file)
    {
        if (file.SshCertificate is null || file.TlsCertificate is null)
        {
            throw TeleportException.Invalid("A stored identity lacks a certificate.");
        }

        HostIdentity ssh = HostIdentityReader.FromSsh(file.SshCertificate);
        using X509Certificate2 certificate = X509Certificate2.CreateFromPem(file.TlsCertificate);
        HostIdentity tls = HostIdentityReader.FromX509(certificate);
        return (ssh.HostId, ssh.Role, ssh.ClusterName) == (tls.HostId, tls.Role, tls.ClusterName)
            ? new HostCredentials(file, ssh, file.OpenSshKey())
            : throw TeleportException.Invalid("The SSH and the X.509 certificate of a stored identity name different hosts.");
    }

    /// <summary>Whether every one of the names stands in the certificates.</summary>
    public bool HasNames(IEnumerable<string> names) => names.All(name => Identity.Principals.Contains(name, StringComparer.OrdinalIgnoreCase));

    /// <summary>Whether one of the pins is that of an authority that is trusted here.</summary>
    public bool IsPinned(IEnumerable<string> pins) => TlsRoots.Any(root => CaPin.Matches(root, pins));
}
