namespace Teleport.Ssh.Messages;

/// <summary>Opens a channel for a connection to a forwarded Unix socket (<c>forwarded-streamlocal@openssh.com</c>).</summary>
/// <remarks>
/// OpenSSH PROTOCOL section 2.4.
/// <code>
/// string   path of the socket, at most 4 096 bytes
/// string   reserved, empty, at most 256 bytes
/// </code>
/// </remarks>
/// <param name="Path">Path of the socket.</param>
/// <param name="Reserved">Reserved, empty.</param>
public sealed record ForwardedStreamLocal(string Path, string Reserved) : ISshPayload<ForwardedStreamLocal>
{
    /// <inheritdoc/>
    public static string Name => "forwarded-streamlocal@openssh.com";

    /// <inheritdoc/>
    public static ForwardedStreamLocal Read(ref SshReader reader) => new(
        reader.ReadString(maxLength: 4_096),
        reader.ReadString(maxLength: 256));

    /// <inheritdoc/>
    public void Write(ref SshWriter writer)
    {
        writer.WriteString(Path);
        writer.WriteString(Reserved);
    }
}
