namespace Teleport.Ssh.Messages.Transport;

/// <summary>Ends a key exchange: what follows is protected by the new keys (SSH_MSG_NEWKEYS).</summary>
/// <remarks>
/// RFC 4253 section 7.3.
/// </remarks>
internal readonly ref struct NewKeysMessage : ISshMessage<NewKeysMessage>
{
    public static byte Number => 21;

    /// <exception cref="SshProtocolException">The packet is truncated, or a field is out of its limits.</exception>
    public static NewKeysMessage Read(scoped ref SshReader reader) => default;

    public void Write(ref SshWriter writer)
    {
        // The number is the whole message.
    }
}
