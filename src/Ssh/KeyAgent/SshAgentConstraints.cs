namespace Teleport.Ssh.KeyAgent;

/// <summary>Limits on the use of a key in an agent.</summary>
public sealed record SshAgentConstraints
{
    /// <summary>No limits.</summary>
    public static readonly SshAgentConstraints None = new();

    /// <summary>The agent forgets the key after this time, in whole seconds; null keeps it.</summary>
    public TimeSpan? Lifetime { get; init; }

    /// <summary>The agent asks its user before each signature.</summary>
    public bool Confirm { get; init; }
}
