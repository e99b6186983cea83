namespace Teleport.Abstractions.Security;

/// <summary>What a verified host certificate says of its holder.</summary>
public sealed record HostIdentity
{
    /// <summary>The host's id, a UUID.</summary>
    public required string HostId { get; init; }

    /// <summary>The cluster that issued the certificate.</summary>
    public required string ClusterName { get; init; }

    /// <summary>What it does.</summary>
    public required SystemRole Role { get; init; }

    /// <summary>Names it may present itself by.</summary>
    public IReadOnlyList<string> Principals { get; init; } = [];

    /// <summary>When the certificate ends.</summary>
    public required DateTimeOffset Expires { get; init; }
}
