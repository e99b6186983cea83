using System.Net;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Security;
using Teleport.Pki.Authorities;
using Teleport.Ssh.Keys;

namespace Teleport.Pki.Identities;

/// <summary>Turns the SSH certificate of a peer, who has proven the possession of its key, into an identity.</summary>
/// <param name="authorities">The user authorities, own and trusted.</param>
/// <param name="time">The clock.</param>
public sealed class UserSshCertificateVerifier(TrustedAuthorities authorities, TimeProvider time)
{
    /// <summary>Critical options besides source-address that the caller enforces; all others refuse the certificate.</summary>
    public IReadOnlyCollection<string> EnforcedOptions { get; init; } = [];

    /// <summary>Checks authority, kind, signature, time, principal, critical options and cluster, and reads the identity.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="login">The login that has to be among its principals; null where no login is asked for, as on a proxy.</param>
    /// <param name="remoteAddress">Where the peer connects from; null when unknown.</param>
    /// <exception cref="TeleportException">Code <c>unauthenticated</c>; the message has the reason, for logs and audit.</exception>
    public UserIdentity Verify(SshCertificate certificate, string? login, IPAddress? remoteAddress)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        SshCertificateRules rules = new()
        {
            Kind = SshCertificateKind.User,
            Authorities = authorities.SshKeys,
            Now = time.GetUtcNow(),
            Principal = login,
            RemoteAddress = remoteAddress,
            EnforcedOptions = EnforcedOptions,
        };
        return rules.FindProblem(certificate) is { } problem
            ? throw CertificateRefused.Because(problem)
            : UserIdentityReader.FromSsh(certificate, authorities.FindCluster(certificate.SignatureKey));
    }
}
