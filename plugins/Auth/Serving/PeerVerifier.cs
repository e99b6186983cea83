using System.Security.Cryptography.X509Certificates;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Security;
using Teleport.Auth.Startup;

namespace Teleport.Auth.Serving;

/// <summary>Says who is at the other end of a TLS connection. A certificate that is not good is an answer too: the peer then hears why.</summary>
internal sealed class PeerVerifier(ClusterAuthorities authorities, string clusterName)
{
    public Peer Verify(X509Certificate2? certificate, X509Certificate2Collection sentWithIt, string remoteAddress)
    {
        if (certificate is null)
        {
            return new Peer(null, null, remoteAddress);
        }

        try
        {
            return new Peer(Identify(certificate, sentWithIt, remoteAddress), null, remoteAddress);
        }
        catch (TeleportException e)
        {
            return new Peer(null, e.Message, remoteAddress);
        }
    }

    private Caller Identify(X509Certificate2 certificate, X509Certificate2Collection sentWithIt, string remoteAddress)
    {
        // Authorities issue directly, so whatever else was sent is at best useless; a second leaf is an attempt to confuse.
        if (sentWithIt.Any(static c => !IsAuthority(c)))
        {
            throw Refuse("more than one client certificate was sent");
        }

        if (IsAuthority(certificate))
        {
            throw Refuse("it is the certificate of an authority");
        }

        Caller caller = authorities.Current.Verifier.Verify(certificate, remoteAddress);
        if ((caller.User?.ClusterName ?? caller.Host!.ClusterName) != clusterName)
        {
            throw Refuse("it belongs to another cluster");
        }

        if (caller.User is { Usage: { } usage } && !Requests.PluginIdentity.IsPlugin(caller))
        {
            throw Refuse($"it is good for {usage} only");
        }

        if (caller.User is { PinnedAddress: { } pinned } && ClientAddress.Of(pinned) != ClientAddress.Of(remoteAddress))
        {
            throw Refuse("it is bound to another address");
        }

        return caller;
    }

    private static bool IsAuthority(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(static e => e.CertificateAuthority);

    private static TeleportException Refuse(string why) => new(ErrorCode.Unauthenticated, $"The certificate is refused: {why}.");
}
