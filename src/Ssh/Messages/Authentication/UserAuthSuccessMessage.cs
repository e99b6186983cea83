namespace Teleport.Ssh.Messages.Authentication;

/// <summary>Ends the authentication (SSH_MSG_USERAUTH_SUCCESS).</summary>
/// <remarks>
/// RFC 4252 section 5.1.
/// </remarks>
internal readonly ref struct UserAuthSuccessMessage : ISshMessage<UserAuthSuccessMessage>
{
    public static byte Number => 52;

    /// <exception cref="SshProtocolException">The packet is truncated, or a field is out of its limits.</exception>
    public static UserAuthSuccessMessage Read(scoped ref SshReader reader) => default;

    public void Write(ref SshWriter writer)
    {
        // The number is the whole message.
    }
}
