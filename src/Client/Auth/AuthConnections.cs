using System.Security.Cryptography.X509Certificates;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Errors;
using Teleport.Api;
using Teleport.Client.Profiles;
using Teleport.Client.Web;
using Teleport.Pki.Files;

namespace Teleport.Client.Auth;

/// <summary>Opens connections to the auth service with whatever identity there is.</summary>
public static class AuthConnections
{
    /// <summary>Through the proxy of a profile, as its user.</summary>
    public static AuthClient Open(Profile profile, ClientIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(identity);
        return Open(new AuthEndpoint(profile.WebAddress, AuthRoute.ThroughProxy, profile.Cluster), identity);
    }

    /// <summary>To an address, with an identity from a file.</summary>
    public static AuthClient Open(AuthEndpoint endpoint, ClientIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        X509Certificate2 certificate = identity.Tls
            ?? throw TeleportException.Invalid("This identity holds no X.509 certificate, which the auth service asks for. Log in again.");
        X509Certificate2Collection roots = identity.File.OpenTlsAuthorities();
        return AuthClient.Create(new AuthClientOptions
        {
            Endpoint = endpoint, ClientCertificate = () => certificate, Roots = () => roots, Dial = static (address, token) => new ValueTask<Stream>(OutboundDialer.ConnectAsync(address, token)),
        });
    }

    /// <summary>On the host of the auth service, as its administrator.</summary>
    /// <param name="dataDir">Its data folder.</param>
    /// <returns><c>null</c>: there is no such identity there.</returns>
    public static AuthClient? TryOpenLocal(string dataDir)
    {
        string identityFile = Path.Combine(dataDir, "proc", "admin.identity");
        string addressFile = Path.Combine(dataDir, "proc", "auth.address");
        try
        {
            if (!File.Exists(identityFile) || !File.Exists(addressFile))
            {
                return null;
            }

            ClientIdentity identity = ClientIdentity.Of(IdentityFile.Load(identityFile));
            NetworkAddress address = NetworkAddress.Parse(File.ReadAllText(addressFile).Trim());
            return Open(new AuthEndpoint(address, AuthRoute.Direct, identity.ClusterName), identity);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException or FormatException)
        {
            throw new TeleportException(
                ErrorCode.AccessDenied, $"The administrator's identity in {dataDir}/proc cannot be read: {e.Message} Run this as the user that runs teleport, or use --identity.", e);
        }
    }

    /// <summary>To the first of several addresses that answers; each may be an auth server or a proxy.</summary>
    /// <exception cref="TeleportException">None answers; the message is about the likely way to the first.</exception>
    public static async Task<AuthClient> OpenAnyAsync(IReadOnlyList<NetworkAddress> addresses, ClientIdentity identity, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        ArgumentNullException.ThrowIfNull(identity);
        TeleportException? failure = null;
        foreach (NetworkAddress address in addresses)
        {
            bool isWeb = address.Scheme == "https" || address.Port is 443 or 3080;
            NetworkAddress plain = address with { Scheme = null };
            foreach (AuthRoute route in isWeb ? [AuthRoute.ThroughProxy, AuthRoute.Direct] : new[] { AuthRoute.Direct, AuthRoute.ThroughProxy })
            {
                AuthClient client = Open(new AuthEndpoint(plain, route, identity.ClusterName), identity);
                try
                {
                    await client.Cluster.PingAsync(new Api.Cluster.V1.PingRequest(), cancellationToken: cancellationToken);
                    return client;
                }
                catch (TeleportException e)
                {
                    await client.DisposeAsync();
                    failure ??= e;
                }
            }
        }

        throw failure ?? TeleportException.Invalid("There is no address to connect to.");
    }
}
