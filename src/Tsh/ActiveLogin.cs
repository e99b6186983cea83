using Teleport.Api;
using Teleport.Client.Auth;
using Teleport.Client.Profiles;
using Teleport.Client.Sessions;

namespace Teleport.Tsh;

/// <summary>The login that a command acts with: of a profile, or of an identity file.</summary>
/// <param name="Profile">Where the cluster is.</param>
/// <param name="Identity">Who acts.</param>
/// <param name="IsStored">Whether it is a profile's.</param>
internal sealed record ActiveLogin(Profile Profile, ClientIdentity Identity, bool IsStored)
{
    /// <summary>Opens the auth service. The caller disposes it.</summary>
    public AuthClient OpenAuth() => AuthConnections.Open(Profile, Identity);

    /// <summary>Connects to nodes.</summary>
    /// <param name="trustAnyHost">Whether to take every host key, with a warning.</param>
    public NodeConnector Nodes(bool trustAnyHost = false) => new(Profile, Identity, TimeProvider.System) { TrustAnyHost = trustAnyHost ? Console.Error : null };
}
