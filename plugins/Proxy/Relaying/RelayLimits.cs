using Teleport.Abstractions.Security;

namespace Teleport.Proxy.Relaying;

/// <summary>What ends a relayed connection besides its ends.</summary>
internal sealed record RelayLimits
{
    public static readonly RelayLimits None = new();

    /// <summary>So long may nothing move; <c>null</c>: for ever.</summary>
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>When the user's certificate ends, and the connection with it; <c>null</c>: it may outlive it.</summary>
    public DateTimeOffset? DisconnectAt { get; init; }

    public static RelayLimits Of(SessionPermissions permissions) =>
        new() { IdleTimeout = permissions.IdleTimeout, DisconnectAt = permissions.DisconnectAt };
}
