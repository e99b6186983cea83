namespace Teleport.Ssh.Messages;

/// <summary>Opens a channel to the client's key agent (<c>auth-agent@openssh.com</c>).</summary>
/// <remarks>
/// draft-ietf-sshm-ssh-agent section 4.
/// </remarks>
public sealed record AgentOpen() : ISshPayload<AgentOpen>
{
    /// <inheritdoc/>
    public static string Name => "auth-agent@openssh.com";

    /// <inheritdoc/>
    public static AgentOpen Read(ref SshReader reader) => new();

    /// <inheritdoc/>
    public void Write(ref SshWriter writer)
    {
        // The name says it all.
    }
}
