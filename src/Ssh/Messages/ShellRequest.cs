namespace Teleport.Ssh.Messages;

/// <summary>Starts the user's shell (<c>shell</c>).</summary>
/// <remarks>
/// RFC 4254 section 6.5.
/// </remarks>
public sealed record ShellRequest() : ISshPayload<ShellRequest>
{
    /// <inheritdoc/>
    public static string Name => "shell";

    /// <inheritdoc/>
    public static ShellRequest Read(ref SshReader reader) => new();

    /// <inheritdoc/>
    public void Write(ref SshWriter writer)
    {
        // The name says it all.
    }
}
