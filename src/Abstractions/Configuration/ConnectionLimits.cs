namespace Teleport.Abstractions.Configuration;

/// <summary>Limits that hold for each listener.</summary>
public sealed record ConnectionLimits
{
    /// <summary>Connections at once; more are refused.</summary>
    public int MaxConnections { get; init; } = 15_000;

    /// <summary>Users connected at once.</summary>
    public int MaxUsers { get; init; } = 250;
}
