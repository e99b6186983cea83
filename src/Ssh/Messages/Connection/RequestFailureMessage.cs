namespace Teleport.Ssh.Messages.Connection;

/// <summary>Refuses a global request (SSH_MSG_REQUEST_FAILURE).</summary>
/// <remarks>
/// RFC 4254 section 4. Answers come in the order of the requests.
/// </remarks>
internal readonly ref struct RequestFailureMessage : ISshMessage<RequestFailureMessage>
{
    public static byte Number => 82;

    /// <exception cref="SshProtocolException">The packet is truncated, or a field is out of its limits.</exception>
    public static RequestFailureMessage Read(scoped ref SshReader reader) => default;

    public void Write(ref SshWriter writer)
    {
        // The number is the whole message.
    }
}
