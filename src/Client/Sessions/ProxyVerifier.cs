using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Client.Profiles;
using Teleport.Pki.Authorities;
using Teleport.Pki.Identities;
using Teleport.Ssh;

namespace Teleport.Client.Sessions;

/// <summary>Takes any proxy of the cluster, as its host certificate says.</summary>
internal sealed class ProxyVerifier(ClientIdentity identity, string cluster, TimeProvider time) : ISshHostKeyVerifier
{
    public ValueTask<bool> VerifyAsync(SshHostKeyOffer offer, CancellationToken ct)
    {
        if (offer.Certificate is not { } certificate)
        {
            throw new SshHostKeyException("The server has no host certificate of the cluster. Is this the SSH port of its proxy? Somebody may intercept the connection.");
        }

        var spec = new CertAuthoritySpec
        {
            Type = AuthorityType.Host,
            ClusterName = cluster,
            ActiveKeys = new AuthorityKeySet { Ssh = [.. identity.HostAuthorities.Select(static key => new SshAuthorityKey { PublicKey = key.ToAuthorizedKeysLine() })] },
        };
        try
        {
            var trusted = TrustedAuthorities.Of([new CertAuthority { Spec = spec }], AuthorityType.Host);
            HostIdentity host = new HostSshCertificateVerifier(trusted, time).Verify(certificate, principal: null);
            return host.Role == SystemRole.Proxy
                ? ValueTask.FromResult(true)
                : throw new SshHostKeyException($"The server is a {host.Role} of the cluster, not a proxy.");
        }
        catch (TeleportException e)
        {
            throw new SshHostKeyException($"The proxy is not trusted: {e.Message} If the cluster's authority was replaced, log in again.");
        }
    }
}
