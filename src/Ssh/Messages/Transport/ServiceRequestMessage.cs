namespace Teleport.Ssh.Messages.Transport;

/// <summary>Asks for a service, which is always ssh-userauth (SSH_MSG_SERVICE_REQUEST).</summary>
/// <remarks>
/// RFC 4253 section 10.
/// <code>
/// string   service name, at most 64 bytes
/// </code>
/// </remarks>
internal readonly ref struct ServiceRequestMessage : ISshMessage<ServiceRequestMessage>
{
    public static byte Number => 5;

    public required string Service { get; init; }

    /// <exception cref="SshProtocolException">The packet is truncated, or a field is out of its limits.</exception>
    public static ServiceRequestMessage Read(scoped ref SshReader reader) => new()
    {
        Service = reader.ReadString(maxLength: 64),
    };

    public void Write(ref SshWriter writer)
    {
        writer.WriteString(Service);
    }
}
