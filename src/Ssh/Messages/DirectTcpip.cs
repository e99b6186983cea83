namespace Teleport.Ssh.Messages;

/// <summary>Opens a channel to a TCP target that the peer dials (<c>direct-tcpip</c>).</summary>
/// <remarks>
/// RFC 4254 section 7.2.
/// <code>
/// string   host to connect to, at most 1 024 bytes
/// uint32   port to connect to
/// string   originator address, at most 256 bytes
/// uint32   originator port
/// </code>
/// </remarks>
/// <param name="Host">Host to connect to.</param>
/// <param name="Port">Port to connect to.</param>
/// <param name="OriginatorHost">Originator address.</param>
/// <param name="OriginatorPort">Originator port.</param>
public sealed record DirectTcpip(string Host, uint Port, string OriginatorHost, uint OriginatorPort) : ISshPayload<DirectTcpip>
{
    /// <inheritdoc/>
    public static string Name => "direct-tcpip";

    /// <inheritdoc/>
    public static DirectTcpip Read(ref SshReader reader) => new(
        reader.ReadString(maxLength: 1_024),
        reader.ReadUInt32(),
        reader.ReadString(maxLength: 256),
        reader.ReadUInt32());

    /// <inheritdoc/>
    public void Write(ref SshWriter writer)
    {
        writer.WriteString(Host);
        writer.WriteUInt32(Port);
        writer.WriteString(OriginatorHost);
        writer.WriteUInt32(OriginatorPort);
    }
}
