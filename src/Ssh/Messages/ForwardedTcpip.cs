namespace Teleport.Ssh.Messages;

/// <summary>Opens a channel for a connection to a forwarded TCP port (<c>forwarded-tcpip</c>).</summary>
/// <remarks>
/// RFC 4254 section 7.2.
/// <code>
/// string   address that was connected to, at most 1 024 bytes
/// uint32   port that was connected to
/// string   originator address, at most 256 bytes
/// uint32   originator port
/// </code>
/// </remarks>
/// <param name="Host">Address that was connected to.</param>
/// <param name="Port">Port that was connected to.</param>
/// <param name="OriginatorHost">Originator address.</param>
/// <param name="OriginatorPort">Originator port.</param>
public sealed record ForwardedTcpip(string Host, uint Port, string OriginatorHost, uint OriginatorPort) : ISshPayload<ForwardedTcpip>
{
    /// <inheritdoc/>
    public static string Name => "forwarded-tcpip";

    /// <inheritdoc/>
    public static ForwardedTcpip Read(ref SshReader reader) => new(
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
