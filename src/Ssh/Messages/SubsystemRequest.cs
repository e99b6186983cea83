namespace Teleport.Ssh.Messages;

/// <summary>Starts a subsystem, such as sftp (<c>subsystem</c>).</summary>
/// <remarks>
/// RFC 4254 section 6.5.
/// <code>
/// string   name of the subsystem, at most 1 024 bytes
/// </code>
/// </remarks>
/// <param name="Subsystem">Name of the subsystem.</param>
public sealed record SubsystemRequest(string Subsystem) : ISshPayload<SubsystemRequest>
{
    /// <inheritdoc/>
    public static string Name => "subsystem";

    /// <inheritdoc/>
    public static SubsystemRequest Read(ref SshReader reader) => new(
        reader.ReadString(maxLength: 1_024));

    /// <inheritdoc/>
    public void Write(ref SshWriter writer)
    {
        writer.WriteString(Subsystem);
    }
}
