using Teleport.Api;
using Teleport.Client.Auth;
using Teleport.Client.Profiles;
using Teleport.Client.Sessions;

namespace Teleport.Testing.Clusters;

/// <summary>A user of a <see cref="TestCluster"/> with certificates.</summary>
/// <param name="Profile">Where the user is logged in.</param>
/// <param name="Identity">Keys and certificates.</param>
public sealed record TestUser(Profile Profile, ClientIdentity Identity)
{
    /// <summary>Connects to a node through the proxy, as <c>tsh ssh</c> does.</summary>
    /// <param name="host">Name of the node.</param>
    /// <param name="login">The login there.</param>
    /// <param name="cancellationToken">Stops trying.</param>
    /// <exception cref="Teleport.Abstractions.Errors.TeleportException">It was refused, or there is no such node.</exception>
    public Task<NodeConnection> ConnectAsync(string host, string login, CancellationToken cancellationToken) =>
        new NodeConnector(Profile, Identity, TimeProvider.System).ConnectAsync(new NodeTarget(login, host, 0), login, null, cancellationToken);

    /// <summary>Opens a connection to the auth service through the proxy, as this user. The caller disposes it.</summary>
    public AuthClient OpenAuth() => AuthConnections.Open(Profile, Identity);
}
