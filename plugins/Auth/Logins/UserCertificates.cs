using Google.Protobuf;
using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Security;
using Teleport.Access;
using Teleport.Auth.Audit;
using Teleport.Auth.Startup;
using Teleport.Pki.Issuing;
using Teleport.Ssh;
using Teleport.Ssh.Keys;

namespace Teleport.Auth.Logins;

/// <summary>Issues user certificates: the SSH and the X.509 one say the same.</summary>
internal sealed class UserCertificates(ClusterAuthorities authorities, AuditPipeline audit, string clusterName, TimeProvider time)
{
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    /// <summary>Issues certificates for an identity and puts that on record.</summary>
    public async Task<Api.Login.V1.UserCertificates> IssueAsync(UserIdentity identity, CertifiedKeys keys, Caller? issuedBy, string? remoteAddress)
    {
        AuthoritySnapshot current = authorities.Current;
        IssuedUserCertificates issued = UserCertificateIssuer.Issue(current.UserSigner, new UserCertificateRequest
        {
            Identity = identity,
            SshKey = keys.Ssh,
            TlsPublicKeyInfo = keys.Tls,
            Format = keys.Format,
            NotBefore = time.GetUtcNow() - Skew,
        });
        await audit.EmitAsync(new CertificateCreatedEvent
        {
            User = issuedBy?.Name ?? identity.UserName,
            Impersonator = identity.Impersonator,
            RemoteAddress = remoteAddress,
            CertificateType = "user",
            Identity = new CertificateIdentity
            {
                User = identity.UserName, Roles = identity.Roles, Logins = identity.Principals, Expires = identity.Expires,
                AccessRequests = identity.ActiveRequests.Count > 0 ? identity.ActiveRequests : null,
            },
        });
        return new Api.Login.V1.UserCertificates
        {
            SshCertificate = issued.Ssh.ToAuthorizedKeysLine(),
            TlsCertificate = issued.Tls?.ExportCertificatePem() ?? "",
            HostAuthorities = { HostAuthority(current) },
        };
    }

    /// <summary>The identity that roles and a wished life make of a user.</summary>
    public UserIdentity Identify(RoleSet roles, DateTimeOffset expires, string routeToCluster, string? loginAddress)
    {
        if (routeToCluster.Length > 0 && routeToCluster != clusterName)
        {
            throw TeleportException.NotFound($"cluster \"{routeToCluster}\" is not found; this is cluster \"{clusterName}\".");
        }

        UserIdentity identity = CertificateRules.WithPermissions(roles) with { RouteToCluster = clusterName, Expires = expires };
        bool pins = CertificateRules.PinsSourceAddress(roles);
        if (pins && loginAddress is null)
        {
            throw TeleportException.AccessDenied("A role binds certificates to the address of the login, which is not known here.");
        }

        return pins ? identity with { PinnedAddress = loginAddress } : identity;
    }

    private Api.Login.V1.TrustedAuthority HostAuthority(AuthoritySnapshot current) => new()
    {
        ClusterName = clusterName,
        SshKeys = { current.HostSshLines },
        TlsCertificates = { current.HostTlsPem },
    };
}

/// <summary>The keys that certificates are asked for.</summary>
internal sealed record CertifiedKeys(SshPublicKey Ssh, ReadOnlyMemory<byte>? Tls, string Format)
{
    private const int LongestKey = 16 * 1024;

    /// <exception cref="TeleportException">Code <c>invalid</c>.</exception>
    public static CertifiedKeys Parse(string sshPublicKey, ByteString tlsPublicKey, string format, bool rolesWantOldFormat)
    {
        if (format is not ("" or "standard" or "oldssh"))
        {
            throw TeleportException.Invalid($"The certificate format \"{(format.Length > 32 ? format[..32] : format)}\" is unknown: use standard or oldssh.");
        }

        SshPublicKey ssh = ParseSsh(sshPublicKey);
        return new CertifiedKeys(
            ssh,
            tlsPublicKey.IsEmpty ? TlsKeys.Of(ssh) : ParseTls(tlsPublicKey),
            format.Length > 0 ? format : rolesWantOldFormat ? "oldssh" : "standard");
    }

    public static SshPublicKey ParseSsh(string line)
    {
        if (line.Length <= LongestKey && SshPublicKey.TryParse(line.Trim(), out SshPublicKey? key))
        {
            return key;
        }

        throw TeleportException.Invalid("The public key is no SSH public key: expected a line as in id_ed25519.pub.");
    }

    public static SshPublicKey ParseSshBlob(ByteString blob)
    {
        try
        {
            return SshPublicKey.FromBlob(blob.Span);
        }
        catch (SshException e)
        {
            throw TeleportException.Invalid($"The SSH public key cannot be read: {e.Message}");
        }
    }

    /// <summary>A SubjectPublicKeyInfo; whether it is usable is for the issuer to say.</summary>
    public static ReadOnlyMemory<byte> ParseTls(ByteString info) =>
        info.Length is > 0 and <= LongestKey ? info.Memory : throw TeleportException.Invalid("The public key for TLS is missing or too long.");
}
