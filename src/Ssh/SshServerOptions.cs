using Teleport.Ssh.Keys;

namespace Teleport.Ssh;

/// <summary>What a server needs to accept a connection. May be shared by connections.</summary>
public sealed class SshServerOptions
{
    /// <summary>Algorithms, limits and clock.</summary>
    public SshTransportOptions Transport { get; init; } = SshTransportOptions.Default;

    /// <summary>The host keys, with or without certificate, the preferred first; at least one.</summary>
    public required IReadOnlyList<SshCredential> HostKeys { get; init; }

    /// <summary>Decides who may log in.</summary>
    public required ISshServerAuthenticator Authenticator { get; init; }

    /// <summary>Serves channels and global requests; <see langword="null"/> refuses them.</summary>
    public ISshConnectionHandler? Handler { get; init; }

    /// <summary>Makes a handler for each connection, after its authentication; takes precedence over <see cref="Handler"/>.</summary>
    public Func<SshConnection, ISshConnectionHandler>? HandlerFactory { get; init; }

    /// <summary>
    /// Whether clients are told of all host keys after the login (hostkeys-00@openssh.com), so that those who pin keys learn the next
    /// ones before they are needed. Of no use where clients trust host certificates.
    /// </summary>
    public bool AnnounceHostKeys { get; init; }

    /// <summary>A text that clients show before the login; <see langword="null"/> is none.</summary>
    public string? Banner { get; init; }

    /// <summary>How many requests may fail before the server disconnects.</summary>
    public int MaxAuthAttempts { get; init; } = 6;
}
