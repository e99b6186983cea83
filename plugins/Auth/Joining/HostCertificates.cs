using System.Security.Cryptography;
using Google.Protobuf;
using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Security;
using Teleport.Auth.Audit;
using Teleport.Auth.Logins;
using Teleport.Auth.Startup;
using Teleport.Pki.Issuing;
using Teleport.Ssh.Keys;

namespace Teleport.Auth.Joining;

/// <summary>Issues host certificates.</summary>
internal sealed class HostCertificates(ClusterAuthorities authorities, AuditPipeline audit, string clusterName, TimeProvider time)
{
    /// <summary>Life of the certificates of members, who renew them.</summary>
    public static readonly TimeSpan MemberTtl = TimeSpan.FromDays(30);

    public async Task<Api.Join.V1.HostCertificates> IssueAsync(
        string hostId, SystemRole role, GrantedNames names, HostKeys keys, DateTimeOffset expires, string? remoteAddress)
    {
        AuthoritySnapshot current = authorities.Current;
        var identity = new HostIdentity { HostId = hostId, ClusterName = clusterName, Role = role, Principals = names.All, Expires = expires };
        IssuedHostCertificates issued = HostCertificateIssuer.Issue(current.HostSigner, new HostCertificateRequest
        {
            Identity = identity,
            SshKey = keys.Ssh,
            TlsPublicKeyInfo = keys.Tls,
            DnsNames = names.Dns,
            IpAddresses = names.Addresses,
            NotBefore = time.GetUtcNow() - TimeSpan.FromMinutes(1),
        });
        await audit.EmitAsync(new CertificateCreatedEvent
        {
            User = $"{hostId}.{clusterName}",
            RemoteAddress = remoteAddress,
            CertificateType = "host",
            Identity = new CertificateIdentity { User = hostId, Roles = [role.ToString()], Logins = names.All, Expires = expires },
        });
        return new Api.Join.V1.HostCertificates
        {
            TlsCertificate = issued.Tls!.ExportCertificatePem(),
            SshCertificate = issued.Ssh.ToAuthorizedKeysLine(),
            ClusterName = clusterName,
            TlsCaCertificates = { current.HostTlsPem },
            SshCaKeys = { current.HostSshLines },
        };
    }
}

/// <summary>The public keys of a host.</summary>
internal sealed record HostKeys(SshPublicKey Ssh, ReadOnlyMemory<byte> Tls)
{
    /// <summary>What the registry knows them by.</summary>
    public IReadOnlyList<string> Hashes =>
        ["ssh:" + Convert.ToHexStringLower(SHA256.HashData(Ssh.Blob.Span)), "tls:" + Convert.ToHexStringLower(SHA256.HashData(Tls.Span))];

    /// <exception cref="TeleportException">Code <c>invalid</c>.</exception>
    public static HostKeys Parse(ByteString ssh, ByteString tls) => new(CertifiedKeys.ParseSshBlob(ssh), CertifiedKeys.ParseTls(tls));
}
