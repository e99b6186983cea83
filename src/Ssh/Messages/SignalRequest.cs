namespace Teleport.Ssh.Messages;

/// <summary>Sends a signal to the command (<c>signal</c>).</summary>
/// <remarks>
/// RFC 4254 section 6.9. Never answered.
/// <code>
/// string   signal name without SIG, such as TERM, at most 64 bytes
/// </code>
/// </remarks>
/// <param name="Signal">Signal name without SIG, such as TERM.</param>
public sealed record SignalRequest(string Signal) : ISshPayload<SignalRequest>
{
    /// <inheritdoc/>
    public static string Name => "signal";

    /// <inheritdoc/>
    public static SignalRequest Read(ref SshReader reader) => new(
        reader.ReadString(maxLength: 64));

    /// <inheritdoc/>
    public void Write(ref SshWriter writer)
    {
        writer.WriteString(Signal);
    }
}
