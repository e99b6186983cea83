using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Teleport.Abstractions.Errors;

namespace Teleport.Api;

/// <summary>Decides whether the other end of a connection is the auth server that was meant.</summary>
internal interface IServerCheck
{
    /// <summary>Returns when it is.</summary>
    /// <exception cref="TeleportException">It is not, or cannot prove it.</exception>
    void Verify(X509Certificate2? certificate, IEnumerable<X509Certificate2> sentWithIt, string address);
}

/// <summary>Accepts whoever answers, for the one question that comes before there is anything to check against.</summary>
internal sealed class NoCheck : IServerCheck
{
    public void Verify(X509Certificate2? certificate, IEnumerable<X509Certificate2> sentWithIt, string address)
    {
        // Deliberately nothing: see AuthClient.FetchAuthorityAsync.
    }
}

/// <summary>Accepts servers that an authority of the cluster vouches for, by the cluster's own name.</summary>
internal sealed class RootsCheck(Func<X509Certificate2Collection> roots, string serverName) : IServerCheck
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    public void Verify(X509Certificate2? certificate, IEnumerable<X509Certificate2> sentWithIt, string address)
    {
        if (certificate is null)
        {
            throw Refuse(address, "it sent no certificate");
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(roots());
        // Certificates are short-lived and nothing is fetched: no revocation, no downloads.
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        chain.ChainPolicy.ExtraStore.AddRange(sentWithIt.ToArray());
        if (!chain.Build(certificate))
        {
            bool outOfTime = chain.ChainStatus.Any(static s => s.Status.HasFlag(X509ChainStatusFlags.NotTimeValid));
            throw Refuse(address, outOfTime
                ? OutOfTime(certificate, chain.ChainPolicy.VerificationTime.ToUniversalTime())
                : "no authority that is trusted here vouches for it: it belongs to another cluster, or the cluster's authority was replaced; log in or join again");
        }

        // Own comparison, and only of alternative names: the common name and wildcards never identify an auth server.
        bool named = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .Any(names => names.EnumerateDnsNames().Contains(serverName, StringComparer.OrdinalIgnoreCase));
        if (!named)
        {
            throw Refuse(address, "its certificate is not that of an auth server of this cluster");
        }
    }

    private static string OutOfTime(X509Certificate2 certificate, DateTime now)
    {
        (DateTime begins, DateTime ends) = (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
        string off = now < begins ? $"that begins {begins - now:d\\.hh\\:mm\\:ss} from now" : $"that ended {now - ends:d\\.hh\\:mm\\:ss} ago";
        return $"its certificate is good from {begins:u} to {ends:u} only, and by this host's clock {off}; check the clocks of both machines";
    }

    private static TeleportException Refuse(string address, string why) =>
        TeleportException.Unavailable($"Refused to talk to {address} as the cluster's auth server: {why}.");
}
