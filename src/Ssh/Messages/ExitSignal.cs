namespace Teleport.Ssh.Messages;

/// <summary>Tells which signal ended the command (<c>exit-signal</c>).</summary>
/// <remarks>
/// RFC 4254 section 6.10. Never answered.
/// <code>
/// string   signal name without SIG, at most 64 bytes
/// boolean  whether a core file was written
/// string   message for the user, at most 4 096 bytes
/// string   language tag of the message, at most 64 bytes
/// </code>
/// </remarks>
/// <param name="Signal">Signal name without SIG.</param>
/// <param name="CoreDumped">Whether a core file was written.</param>
/// <param name="Message">Message for the user.</param>
/// <param name="Language">Language tag of the message.</param>
public sealed record ExitSignal(string Signal, bool CoreDumped, string Message, string Language) : ISshPayload<ExitSignal>
{
    /// <inheritdoc/>
    public static string Name => "exit-signal";

    /// <inheritdoc/>
    public static ExitSignal Read(ref SshReader reader) => new(
        reader.ReadString(maxLength: 64),
        reader.ReadBoolean(),
        reader.ReadString(maxLength: 4_096),
        reader.ReadString(maxLength: 64));

    /// <inheritdoc/>
    public void Write(ref SshWriter writer)
    {
        writer.WriteString(Signal);
        writer.WriteBoolean(CoreDumped);
        writer.WriteString(Message);
        writer.WriteString(Language);
    }
}
