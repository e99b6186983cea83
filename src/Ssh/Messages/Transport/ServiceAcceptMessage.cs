namespace Teleport.Ssh.Messages.Transport;

/// <summary>Grants a service (SSH_MSG_SERVICE_ACCEPT).</summary>
/// <remarks>
/// RFC 4253 section 10.
/// <code>
/// string   service name, at most 64 bytes
/// </code>
/// </remarks>
internal readonly ref struct ServiceAcceptMessage : ISshMessage<ServiceAcceptMessage>
{
    public static byte Number => 6;

    public required string Service { get; init; }

    /// <exception cref="SshProtocolException">The packet is truncated, or a field is out of its limits.</exception>
    public static ServiceAcceptMessage Read(scoped ref SshReader reader) => new()
    {
        Service = reader.ReadString(maxLength: 64),
    };

    public void Write(ref SshWriter writer)
    {
        writer.WriteString(Service);
    }
}
