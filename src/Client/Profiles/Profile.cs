using Teleport.Abstractions.Configuration;

namespace Teleport.Client.Profiles;

/// <summary>Where a user is logged in: a proxy and how it is reached. Certificates are kept beside it.</summary>
public sealed record Profile
{
    /// <summary>Host name of the proxy; names the profile.</summary>
    public required string ProxyHost { get; init; }

    /// <summary>The proxy's web address.</summary>
    public required NetworkAddress WebAddress { get; init; }

    /// <summary>The proxy's SSH address.</summary>
    public required NetworkAddress SshAddress { get; init; }

    /// <summary>The user.</summary>
    public required string User { get; init; }

    /// <summary>The cluster that commands go to.</summary>
    public required string Cluster { get; init; }

    /// <summary>The connector of the last login, as <c>local</c>.</summary>
    public string Connector { get; init; } = "local";
}
