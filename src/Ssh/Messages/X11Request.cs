namespace Teleport.Ssh.Messages;

/// <summary>Asks for X11 forwarding (<c>x11-req</c>).</summary>
/// <remarks>
/// RFC 4254 section 6.3.1.
/// <code>
/// boolean  whether only one connection is forwarded
/// string   authentication protocol, such as MIT-MAGIC-COOKIE-1, at most 256 bytes
/// string   authentication cookie in hexadecimal, at most 1 024 bytes
/// uint32   screen number
/// </code>
/// </remarks>
/// <param name="SingleConnection">Whether only one connection is forwarded.</param>
/// <param name="Protocol">Authentication protocol, such as MIT-MAGIC-COOKIE-1.</param>
/// <param name="Cookie">Authentication cookie in hexadecimal.</param>
/// <param name="Screen">Screen number.</param>
public sealed record X11Request(bool SingleConnection, string Protocol, string Cookie, uint Screen) : ISshPayload<X11Request>
{
    /// <inheritdoc/>
    public static string Name => "x11-req";

    /// <inheritdoc/>
    public static X11Request Read(ref SshReader reader) => new(
        reader.ReadBoolean(),
        reader.ReadString(maxLength: 256),
        reader.ReadString(maxLength: 1_024),
        reader.ReadUInt32());

    /// <inheritdoc/>
    public void Write(ref SshWriter writer)
    {
        writer.WriteBoolean(SingleConnection);
        writer.WriteString(Protocol);
        writer.WriteString(Cookie);
        writer.WriteUInt32(Screen);
    }
}
