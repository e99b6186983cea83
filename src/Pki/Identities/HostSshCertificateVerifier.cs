using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Security;
using Teleport.Pki.Authorities;
using Teleport.Ssh.Keys;

namespace Teleport.Pki.Identities;

/// <summary>Checks the SSH certificates of hosts: of services that log in, and of servers that are dialled.</summary>
/// <param name="authorities">The host authorities, own and trusted.</param>
/// <param name="time">The clock.</param>
public sealed class HostSshCertificateVerifier(TrustedAuthorities authorities, TimeProvider time)
{
    /// <summary>Checks the certificate of a joined service and reads who it is.</summary>
    /// <param name="certificate">The certificate, whose holder has proven the possession of the key.</param>
    /// <param name="principal">The name that was dialled and has to be among its principals; null when the host logs in.</param>
    /// <exception cref="TeleportException">Code <c>unauthenticated</c>; the message has the reason.</exception>
    public HostIdentity Verify(SshCertificate certificate, string? principal)
    {
        CheckName(certificate, principal);
        return HostIdentityReader.FromSsh(certificate, authorities.FindCluster(certificate.SignatureKey));
    }

    /// <summary>Checks that a server may present itself by a name; also for OpenSSH servers, which are no members of the cluster.</summary>
    /// <param name="certificate">The certificate, whose holder has proven the possession of the key.</param>
    /// <param name="name">The name that was dialled; null skips that check.</param>
    /// <exception cref="TeleportException">Code <c>unauthenticated</c>; the message has the reason.</exception>
    public void CheckName(SshCertificate certificate, string? name)
    {
        SshCertificateRules rules = new()
        {
            Kind = SshCertificateKind.Host,
            Authorities = authorities.SshKeys,
            Now = time.GetUtcNow(),
            Principal = name,
        };
        if (rules.FindProblem(certificate) is { } problem)
            throw CertificateRefused.Because(problem);
    }
}
