namespace Teleport.Ssh.Messages;

/// <summary>Asks for forwarding of the key agent (<c>auth-agent-req@openssh.com</c>).</summary>
/// <remarks>
/// draft-ietf-sshm-ssh-agent section 4.
/// </remarks>
public sealed record AgentRequest() : ISshPayload<AgentRequest>
{
    /// <inheritdoc/>
    public static string Name => "auth-agent-req@openssh.com";

    /// <inheritdoc/>
    public static AgentRequest Read(ref SshReader reader) => new();

    /// <inheritdoc/>
    public void Write(ref SshWriter writer)
    {
        // The name says it all.
    }
}
