using Teleport.Ssh.Keys;

namespace Teleport.Ssh;

/// <summary>What a client needs to connect. May be shared by connections.</summary>
public sealed class SshClientOptions
{
    /// <summary>Algorithms, limits and clock.</summary>
    public SshTransportOptions Transport { get; init; } = SshTransportOptions.Default;

    /// <summary>The user to log in as.</summary>
    public required string UserName { get; init; }

    /// <summary>Keys and certificates, tried in order.</summary>
    public IReadOnlyList<SshCredential> Credentials { get; init; } = [];

    /// <summary>Decides whether the server is the right one.</summary>
    public required ISshHostKeyVerifier HostKeyVerifier { get; init; }

    /// <summary>Serves what the server opens and asks; <see langword="null"/> refuses it.</summary>
    public ISshConnectionHandler? Handler { get; init; }

    /// <summary>Makes a handler for the connection, after authentication; takes precedence over <see cref="Handler"/>.</summary>
    public Func<SshConnection, ISshConnectionHandler>? HandlerFactory { get; init; }

    /// <summary>
    /// Told of all the plain host keys that the server has, after it has proved to possess them (hostkeys-00@openssh.com): the place to
    /// update known_hosts. May be called more than once; not set, the server's announcement is ignored.
    /// </summary>
    public Func<IReadOnlyList<SshPublicKey>, CancellationToken, ValueTask>? OnHostKeys { get; init; }

    /// <summary>Told of the server's banner: a text of the server, so remove control characters before showing it.</summary>
    public Action<string>? OnBanner { get; init; }

    /// <summary>Asked for the password when the server wants one; returning <see langword="null"/> gives up. Not set: never tried.</summary>
    public Func<CancellationToken, ValueTask<string?>>? PasswordPrompt { get; init; }

    /// <summary>
    /// Asked to answer the server's questions (keyboard-interactive): one answer per prompt, or <see langword="null"/> to give up.
    /// Not set: never tried. The texts are the server's: remove control characters before showing them.
    /// </summary>
    public Func<SshPromptRequest, CancellationToken, ValueTask<IReadOnlyList<string>?>>? InteractivePrompt { get; init; }
}
