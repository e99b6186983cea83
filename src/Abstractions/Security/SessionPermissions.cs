namespace Teleport.Abstractions.Security;

/// <summary>What all matching roles and the cluster's settings together allow a session. The initial values allow the least.</summary>
public sealed record SessionPermissions
{
    /// <summary>Whether ports may be forwarded.</summary>
    public bool PortForwarding { get; init; }

    /// <summary>Whether the key agent may be forwarded.</summary>
    public bool AgentForwarding { get; init; }

    /// <summary>Whether X11 may be forwarded.</summary>
    public bool X11Forwarding { get; init; }

    /// <summary>Whether files may be copied (scp, sftp).</summary>
    public bool FileCopy { get; init; }

    /// <summary>After how long without any byte the connection ends; <c>null</c>: never.</summary>
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>When the connection ends because the certificate does; <c>null</c>: it may outlive it.</summary>
    public DateTimeOffset? DisconnectAt { get; init; }

    /// <summary>Session channels of one connection at once; 0: no limit of the roles'.</summary>
    public int MaxSessions { get; init; }
}
