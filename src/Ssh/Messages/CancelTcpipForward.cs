namespace Teleport.Ssh.Messages;

/// <summary>Ends the listening on a TCP port (<c>cancel-tcpip-forward</c>).</summary>
/// <remarks>
/// RFC 4254 section 7.1. A global request.
/// <code>
/// string   address as in the request, at most 1 024 bytes
/// uint32   port that was bound
/// </code>
/// </remarks>
/// <param name="Address">Address as in the request.</param>
/// <param name="Port">Port that was bound.</param>
public sealed record CancelTcpipForward(string Address, uint Port) : ISshPayload<CancelTcpipForward>
{
    /// <inheritdoc/>
    public static string Name => "cancel-tcpip-forward";

    /// <inheritdoc/>
    public static CancelTcpipForward Read(ref SshReader reader) => new(
        reader.ReadString(maxLength: 1_024),
        reader.ReadUInt32());

    /// <inheritdoc/>
    public void Write(ref SshWriter writer)
    {
        writer.WriteString(Address);
        writer.WriteUInt32(Port);
    }
}
