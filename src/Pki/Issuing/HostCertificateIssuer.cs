using System.Security.Cryptography.X509Certificates;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Pki.Authorities;
using Teleport.Pki.Identities;
using Teleport.Pki.Names;
using Teleport.Ssh.Keys;

namespace Teleport.Pki.Issuing;

/// <summary>Certifies hosts. Decides nothing: who may join as what is the caller's.</summary>
public static class HostCertificateIssuer
{
    /// <summary>Issues an SSH certificate and, if a TLS key was given, an X.509 certificate for a service.</summary>
    /// <param name="authority">The host authority.</param>
    /// <param name="request">What the certificates say.</param>
    /// <exception cref="TeleportException">Code <c>invalid</c>: a key, the id or the cluster does not fit.</exception>
    public static IssuedHostCertificates Issue(AuthoritySigner authority, HostCertificateRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        HostIdentity identity = request.Identity;
        Require(authority, identity.ClusterName);
        if (identity.HostId.Length == 0 || identity.HostId.Contains('.', StringComparison.Ordinal) || identity.Expires <= request.NotBefore)
            throw TeleportException.Invalid($"The host id \"{identity.HostId}\" cannot be certified: it is empty or has a dot, or the certificate would end before it begins.");

        string fullName = $"{identity.HostId}.{identity.ClusterName}";
        SshCertificate ssh = authority.Sign(new SshCertificateRequest
        {
            Key = request.SshKey,
            Kind = SshCertificateKind.Host,
            KeyId = fullName,
            Principals = [.. identity.Principals.Prepend(identity.HostId).Prepend(fullName).Distinct()],
            ValidAfter = request.NotBefore,
            ValidBefore = identity.Expires,
            Extensions = new Dictionary<string, string?>
            {
                [IdentityExtensions.HostCluster] = identity.ClusterName,
                [IdentityExtensions.HostRole] = identity.Role.ToString(),
            },
        });
        X500DistinguishedName subject = new SubjectNameBuilder()
            .Add(SubjectAttributes.Organization, identity.Role.ToString())
            .Add(SubjectAttributes.CommonName, fullName)
            .Build();
        X509Certificate2? tls = request.TlsPublicKeyInfo is { } key
            ? new TlsCertificateTemplate(subject, key) { DnsNames = request.DnsNames, IpAddresses = request.IpAddresses }
                .Issue(authority, request.NotBefore, identity.Expires)
            : null;
        return new IssuedHostCertificates(ssh, tls);
    }

    /// <summary>Issues an SSH certificate for a host that runs OpenSSH and is no member of the cluster (<c>tctl auth sign --host</c>).</summary>
    /// <param name="authority">The host authority.</param>
    /// <param name="key">The host's key.</param>
    /// <param name="names">Exactly the names it may present itself by; at least one.</param>
    /// <param name="notBefore">When it begins.</param>
    /// <param name="notAfter">When it ends.</param>
    /// <exception cref="TeleportException">Code <c>invalid</c>: there is no name; to OpenSSH that would mean every name.</exception>
    public static SshCertificate IssueForNames(
        AuthoritySigner authority, SshPublicKey key, IReadOnlyList<string> names, DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(authority);
        Require(authority, authority.ClusterName);
        if (names.Count == 0 || names.Any(string.IsNullOrWhiteSpace))
            throw TeleportException.Invalid("A host certificate needs at least one host name.");

        return authority.Sign(new SshCertificateRequest
        {
            Key = key,
            Kind = SshCertificateKind.Host,
            Principals = names,
            ValidAfter = notBefore,
            ValidBefore = notAfter,
            Extensions = new Dictionary<string, string?> { [IdentityExtensions.HostCluster] = authority.ClusterName },
        });
    }

    private static void Require(AuthoritySigner authority, string clusterName)
    {
        ArgumentNullException.ThrowIfNull(authority);
        if (authority.Type != AuthorityType.Host || authority.ClusterName != clusterName)
            throw TeleportException.Invalid($"The {authority.Type} authority of {authority.ClusterName} cannot certify a host of {clusterName}.");
    }
}
