namespace Teleport.Ssh.Messages;

/// <summary>Sends a break to the terminal (<c>break</c>).</summary>
/// <remarks>
/// RFC 4335.
/// <code>
/// uint32   length of the break in milliseconds
/// </code>
/// </remarks>
/// <param name="Milliseconds">Length of the break in milliseconds.</param>
public sealed record BreakRequest(uint Milliseconds) : ISshPayload<BreakRequest>
{
    /// <inheritdoc/>
    public static string Name => "break";

    /// <inheritdoc/>
    public static BreakRequest Read(ref SshReader reader) => new(
        reader.ReadUInt32());

    /// <inheritdoc/>
    public void Write(ref SshWriter writer)
    {
        writer.WriteUInt32(Milliseconds);
    }
}
