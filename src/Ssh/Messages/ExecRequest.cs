namespace Teleport.Ssh.Messages;

/// <summary>Starts a command (<c>exec</c>).</summary>
/// <remarks>
/// RFC 4254 section 6.5.
/// <code>
/// string   command line for the user's shell, at most 32 768 bytes
/// </code>
/// </remarks>
/// <param name="Command">Command line for the user's shell.</param>
public sealed record ExecRequest(string Command) : ISshPayload<ExecRequest>
{
    /// <inheritdoc/>
    public static string Name => "exec";

    /// <inheritdoc/>
    public static ExecRequest Read(ref SshReader reader) => new(
        reader.ReadString(maxLength: 32_768));

    /// <inheritdoc/>
    public void Write(ref SshWriter writer)
    {
        writer.WriteString(Command);
    }
}
