namespace Teleport.Abstractions.Security;

/// <summary>Who is behind a request, as the verified certificate says: a user or a host, never both.</summary>
public sealed record Caller
{
    private Caller(UserIdentity? user, HostIdentity? host, string? remoteAddress) => (User, Host, RemoteAddress) = (user, host, remoteAddress);

    /// <summary>The user, or <c>null</c> when a host calls.</summary>
    public UserIdentity? User { get; }

    /// <summary>The host, or <c>null</c> when a user calls.</summary>
    public HostIdentity? Host { get; }

    /// <summary>Address and port that the request came from, or <c>null</c> when unknown.</summary>
    public string? RemoteAddress { get; }

    /// <summary>The name for audit events: the user's, or <c>HOSTID.CLUSTER</c>.</summary>
    public string Name => User?.UserName ?? $"{Host!.HostId}.{Host.ClusterName}";

    /// <summary>A user calls.</summary>
    public static Caller Of(UserIdentity user, string? remoteAddress = null) => new(user, null, remoteAddress);

    /// <summary>A host calls.</summary>
    public static Caller Of(HostIdentity host, string? remoteAddress = null) => new(null, host, remoteAddress);
}
