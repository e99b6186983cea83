namespace Teleport.Ssh.Messages;

/// <summary>Tells how the command ended (<c>exit-status</c>).</summary>
/// <remarks>
/// RFC 4254 section 6.10. Never answered.
/// <code>
/// uint32   exit status
/// </code>
/// </remarks>
/// <param name="Status">Exit status.</param>
public sealed record ExitStatus(uint Status) : ISshPayload<ExitStatus>
{
    /// <inheritdoc/>
    public static string Name => "exit-status";

    /// <inheritdoc/>
    public static ExitStatus Read(ref SshReader reader) => new(
        reader.ReadUInt32());

    /// <inheritdoc/>
    public void Write(ref SshWriter writer)
    {
        writer.WriteUInt32(Status);
    }
}
