namespace Teleport.Ssh.Messages.Authentication;

/// <summary>Refuses a request, or asks for one more method (SSH_MSG_USERAUTH_FAILURE).</summary>
/// <remarks>
/// RFC 4252 section 5.1.
/// <code>
/// name-list methods that can continue, at most 1 024 bytes
/// boolean  whether the request itself succeeded
/// </code>
/// </remarks>
internal readonly ref struct UserAuthFailureMessage : ISshMessage<UserAuthFailureMessage>
{
    public static byte Number => 51;

    public required string[] Methods { get; init; }

    public bool PartialSuccess { get; init; }

    /// <exception cref="SshProtocolException">The packet is truncated, or a field is out of its limits.</exception>
    public static UserAuthFailureMessage Read(scoped ref SshReader reader) => new()
    {
        Methods = reader.ReadNameList(maxLength: 1_024),
        PartialSuccess = reader.ReadBoolean(),
    };

    public void Write(ref SshWriter writer)
    {
        writer.WriteNameList(Methods);
        writer.WriteBoolean(PartialSuccess);
    }
}
