namespace Teleport.Ssh.Messages.Authentication;

/// <summary>Asks to be authenticated (SSH_MSG_USERAUTH_REQUEST).</summary>
/// <remarks>
/// RFC 4252 section 5. Spans point into the packet: copy what must outlive it.
/// <code>
/// string   user name in UTF-8, at most 1 024 bytes
/// string   service to start, at most 64 bytes
/// string   method name, at most 64 bytes
/// byte[]   as the method defines
/// </code>
/// </remarks>
internal readonly ref struct UserAuthRequestMessage : ISshMessage<UserAuthRequestMessage>
{
    public static byte Number => 50;

    public required string UserName { get; init; }

    public required string Service { get; init; }

    public required string Method { get; init; }

    public ReadOnlySpan<byte> MethodData { get; init; }

    /// <exception cref="SshProtocolException">The packet is truncated, or a field is out of its limits.</exception>
    public static UserAuthRequestMessage Read(scoped ref SshReader reader) => new()
    {
        UserName = reader.ReadString(maxLength: 1_024),
        Service = reader.ReadString(maxLength: 64),
        Method = reader.ReadString(maxLength: 64),
        MethodData = reader.ReadRest(),
    };

    public void Write(ref SshWriter writer)
    {
        writer.WriteString(UserName);
        writer.WriteString(Service);
        writer.WriteString(Method);
        writer.WriteRaw(MethodData);
    }
}
