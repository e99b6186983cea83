namespace Teleport.Proxy.WebApi;

/// <summary>What a client must know before it logs in.</summary>
internal sealed record PingAnswer
{
    public required PingAuth Auth { get; init; }

    public required PingProxy Proxy { get; init; }

    public required string ServerVersion { get; init; }

    public required string MinClientVersion { get; init; }

    public required string ClusterName { get; init; }
}

internal sealed record PingAuth
{
    /// <summary>Type of the connector; empty in the answer that joining services read.</summary>
    public required string Type { get; init; }

    public string? SecondFactor { get; init; }

    public PingLocal? Local { get; init; }
}

internal sealed record PingLocal(string Name);

internal sealed record PingProxy
{
    public PingKube Kube { get; init; } = new();

    public required PingSsh Ssh { get; init; }

    /// <summary>Whether the web port serves everything by ALPN.</summary>
    public bool TlsRoutingEnabled { get; init; }
}

internal sealed record PingKube
{
    public bool? Enabled { get; init; }
}

internal sealed record PingSsh
{
    public required string ListenAddr { get; init; }

    public required string TunnelListenAddr { get; init; }

    /// <summary>The web address.</summary>
    public string? PublicAddr { get; init; }

    public string? SshPublicAddr { get; init; }

    public string? SshTunnelPublicAddr { get; init; }
}
