using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Security;
using Teleport.Pki.Identities;
using Teleport.Ssh;

namespace Teleport.Agent.Tunnels;

/// <summary>Takes only the very proxy that was announced, as its host certificate proves.</summary>
internal sealed class ProxyVerifier(JoinedService service, string proxyId) : ISshHostKeyVerifier
{
    public ValueTask<bool> VerifyAsync(SshHostKeyOffer offer, CancellationToken ct)
    {
        if (offer.Certificate is not { } certificate)
        {
            throw new SshHostKeyException("The proxy has no host certificate. Is this the tunnel port of a proxy?");
        }

        try
        {
            HostIdentity proxy = new HostSshCertificateVerifier(service.Cluster.Current.HostAuthorities, service.Time).Verify(certificate, proxyId);
            return proxy.Role == SystemRole.Proxy && proxy.ClusterName == service.ClusterName
                ? ValueTask.FromResult(true)
                : throw new SshHostKeyException($"The host is a {proxy.Role} of {proxy.ClusterName}, not a proxy of {service.ClusterName}.");
        }
        catch (TeleportException e)
        {
            throw new SshHostKeyException(e.Message);
        }
    }
}
