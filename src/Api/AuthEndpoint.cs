using Teleport.Abstractions.Configuration;

namespace Teleport.Api;

/// <summary>How an auth server is reached.</summary>
public enum AuthRoute
{
    /// <summary>By its own port, 3025.</summary>
    Direct,

    /// <summary>By the web port of a proxy, which relays the encrypted bytes.</summary>
    ThroughProxy,
}

/// <summary>Where an auth server is reached.</summary>
/// <param name="Address">Host and port; without a port, the default of the route.</param>
/// <param name="Route">How it is reached.</param>
/// <param name="ClusterName">The cluster, whose name the server must prove. Empty only for <see cref="AuthClient.FetchAuthorityAsync"/>.</param>
public sealed record AuthEndpoint(NetworkAddress Address, AuthRoute Route, string ClusterName)
{
    /// <summary>The address with its port.</summary>
    public NetworkAddress AddressWithPort =>
        Address.WithDefaultPort(Route == AuthRoute.Direct ? AuthProtocol.DefaultPort : AuthProtocol.DefaultProxyPort);
}
