namespace Teleport.Ssh.Messages.Connection;

/// <summary>Answers a global request (SSH_MSG_REQUEST_SUCCESS).</summary>
/// <remarks>
/// RFC 4254 section 4. Answers come in the order of the requests. Spans point into the packet: copy what must outlive it.
/// <code>
/// byte[]   as the request defines
/// </code>
/// </remarks>
internal readonly ref struct RequestSuccessMessage : ISshMessage<RequestSuccessMessage>
{
    public static byte Number => 81;

    public ReadOnlySpan<byte> Payload { get; init; }

    /// <exception cref="SshProtocolException">The packet is truncated, or a field is out of its limits.</exception>
    public static RequestSuccessMessage Read(scoped ref SshReader reader) => new()
    {
        Payload = reader.ReadRest(),
    };

    public void Write(ref SshWriter writer)
    {
        writer.WriteRaw(Payload);
    }
}
