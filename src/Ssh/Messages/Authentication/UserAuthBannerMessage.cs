namespace Teleport.Ssh.Messages.Authentication;

/// <summary>Carries a text to show before the login (SSH_MSG_USERAUTH_BANNER).</summary>
/// <remarks>
/// RFC 4252 section 5.4.
/// <code>
/// string   text in UTF-8, at most 16 384 bytes
/// string   language tag, at most 64 bytes
/// </code>
/// </remarks>
internal readonly ref struct UserAuthBannerMessage : ISshMessage<UserAuthBannerMessage>
{
    public static byte Number => 53;

    public required string Text { get; init; }

    public required string Language { get; init; }

    /// <exception cref="SshProtocolException">The packet is truncated, or a field is out of its limits.</exception>
    public static UserAuthBannerMessage Read(scoped ref SshReader reader) => new()
    {
        Text = reader.ReadString(maxLength: 16_384),
        Language = reader.ReadString(maxLength: 64),
    };

    public void Write(ref SshWriter writer)
    {
        writer.WriteString(Text);
        writer.WriteString(Language);
    }
}
