namespace Teleport.Ssh.Messages;

/// <summary>Opens a channel to the client's X11 server (<c>x11</c>).</summary>
/// <remarks>
/// RFC 4254 section 6.3.2.
/// <code>
/// string   originator address, at most 256 bytes
/// uint32   originator port
/// </code>
/// </remarks>
/// <param name="OriginatorHost">Originator address.</param>
/// <param name="OriginatorPort">Originator port.</param>
public sealed record X11Open(string OriginatorHost, uint OriginatorPort) : ISshPayload<X11Open>
{
    /// <inheritdoc/>
    public static string Name => "x11";

    /// <inheritdoc/>
    public static X11Open Read(ref SshReader reader) => new(
        reader.ReadString(maxLength: 256),
        reader.ReadUInt32());

    /// <inheritdoc/>
    public void Write(ref SshWriter writer)
    {
        writer.WriteString(OriginatorHost);
        writer.WriteUInt32(OriginatorPort);
    }
}
