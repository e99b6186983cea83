namespace Teleport.Ssh.Messages;

/// <summary>Asks the server to listen on a Unix socket (<c>streamlocal-forward@openssh.com</c>).</summary>
/// <remarks>
/// OpenSSH PROTOCOL section 2.4. A global request.
/// <code>
/// string   path of the socket, at most 4 096 bytes
/// </code>
/// </remarks>
/// <param name="Path">Path of the socket.</param>
public sealed record StreamLocalForward(string Path) : ISshPayload<StreamLocalForward>
{
    /// <inheritdoc/>
    public static string Name => "streamlocal-forward@openssh.com";

    /// <inheritdoc/>
    public static StreamLocalForward Read(ref SshReader reader) => new(
        reader.ReadString(maxLength: 4_096));

    /// <inheritdoc/>
    public void Write(ref SshWriter writer)
    {
        writer.WriteString(Path);
    }
}
