namespace Teleport.Ssh.Messages.Transport;

/// <summary>Carries a text for whoever debugs the peer (SSH_MSG_DEBUG).</summary>
/// <remarks>
/// RFC 4253 section 11.3.
/// <code>
/// boolean  whether to show it in any case
/// string   text in UTF-8, at most 35 000 bytes
/// string   language tag, at most 64 bytes
/// </code>
/// </remarks>
internal readonly ref struct DebugMessage : ISshMessage<DebugMessage>
{
    public static byte Number => 4;

    public bool AlwaysDisplay { get; init; }

    public required string Text { get; init; }

    public required string Language { get; init; }

    /// <exception cref="SshProtocolException">The packet is truncated, or a field is out of its limits.</exception>
    public static DebugMessage Read(scoped ref SshReader reader) => new()
    {
        AlwaysDisplay = reader.ReadBoolean(),
        Text = reader.ReadString(maxLength: 35_000),
        Language = reader.ReadString(maxLength: 64),
    };

    public void Write(ref SshWriter writer)
    {
        writer.WriteBoolean(AlwaysDisplay);
        writer.WriteString(Text);
        writer.WriteString(Language);
    }
}
