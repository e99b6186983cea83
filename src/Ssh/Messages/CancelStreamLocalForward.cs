namespace Teleport.Ssh.Messages;

/// <summary>Ends the listening on a Unix socket (<c>cancel-streamlocal-forward@openssh.com</c>).</summary>
/// <remarks>
/// OpenSSH PROTOCOL section 2.4. A global request.
/// <code>
/// string   path of the socket, at most 4 096 bytes
/// </code>
/// </remarks>
/// <param name="Path">Path of the socket.</param>
public sealed record CancelStreamLocalForward(string Path) : ISshPayload<CancelStreamLocalForward>
{
    /// <inheritdoc/>
    public static string Name => "cancel-streamlocal-forward@openssh.com";

    /// <inheritdoc/>
    public static CancelStreamLocalForward Read(ref SshReader reader) => new(
        reader.ReadString(maxLength: 4_096));

    /// <inheritdoc/>
    public void Write(ref SshWriter writer)
    {
        writer.WriteString(Path);
    }
}
