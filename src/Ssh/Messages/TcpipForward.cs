namespace Teleport.Ssh.Messages;

/// <summary>Asks the server to listen on a TCP port (<c>tcpip-forward</c>).</summary>
/// <remarks>
/// RFC 4254 section 7.1. A global request; if the port was 0, the answer carries the chosen one as a uint32.
/// <code>
/// string   address to bind: empty is all, localhost is loopback, at most 1 024 bytes
/// uint32   port to bind, 0 lets the server choose
/// </code>
/// </remarks>
/// <param name="Address">Address to bind: empty is all, localhost is loopback.</param>
/// <param name="Port">Port to bind, 0 lets the server choose.</param>
public sealed record TcpipForward(string Address, uint Port) : ISshPayload<TcpipForward>
{
    /// <inheritdoc/>
    public static string Name => "tcpip-forward";

    /// <inheritdoc/>
    public static TcpipForward Read(ref SshReader reader) => new(
        reader.ReadString(maxLength: 1_024),
        reader.ReadUInt32());

    /// <inheritdoc/>
    public void Write(ref SshWriter writer)
    {
        writer.WriteString(Address);
        writer.WriteUInt32(Port);
    }
}
