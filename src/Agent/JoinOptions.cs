using Teleport.Abstractions.Security;

namespace Teleport.Agent;

/// <summary>What a service wants to be.</summary>
public sealed record JoinOptions
{
    /// <summary>What it does.</summary>
    public required SystemRole Role { get; init; }

    /// <summary>Names and addresses that it is to be known by besides its id and its node name: for the SSH certificate.</summary>
    public IReadOnlyList<string> Principals { get; init; } = [];

    /// <summary>Names and addresses that clients dial: for the X.509 certificate.</summary>
    public IReadOnlyList<string> DnsNames { get; init; } = [];

    /// <summary>Kinds of resources that its copy of the cluster's state follows, besides authorities and settings.</summary>
    public IReadOnlyList<string> WatchedKinds { get; init; } = [];
}
