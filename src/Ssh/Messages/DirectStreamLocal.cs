namespace Teleport.Ssh.Messages;

/// <summary>Opens a channel to a Unix socket that the peer dials (<c>direct-streamlocal@openssh.com</c>).</summary>
/// <remarks>
/// OpenSSH PROTOCOL section 2.4.
/// <code>
/// string   path of the socket, at most 4 096 bytes
/// string   reserved, empty, at most 256 bytes
/// uint32   reserved, 0
/// </code>
/// </remarks>
/// <param name="Path">Path of the socket.</param>
/// <param name="Reserved">Reserved, empty.</param>
/// <param name="ReservedPort">Reserved, 0.</param>
public sealed record DirectStreamLocal(string Path, string Reserved, uint ReservedPort) : ISshPayload<DirectStreamLocal>
{
    /// <inheritdoc/>
    public static string Name => "direct-streamlocal@openssh.com";

    /// <inheritdoc/>
    public static DirectStreamLocal Read(ref SshReader reader) => new(
        reader.ReadString(maxLength: 4_096),
        reader.ReadString(maxLength: 256),
        reader.ReadUInt32());

    /// <inheritdoc/>
    public void Write(ref SshWriter writer)
    {
        writer.WriteString(Path);
        writer.WriteString(Reserved);
        writer.WriteUInt32(ReservedPort);
    }
}
