namespace Teleport.Ssh.Messages;

/// <summary>Sets an environment variable (<c>env</c>).</summary>
/// <remarks>
/// RFC 4254 section 6.4. Names and values come from the peer: the receiver decides which it accepts.
/// <code>
/// string   name of the variable, at most 1 024 bytes
/// string   value, at most 32 768 bytes
/// </code>
/// </remarks>
/// <param name="Variable">Name of the variable.</param>
/// <param name="Value">Value.</param>
public sealed record EnvRequest(string Variable, string Value) : ISshPayload<EnvRequest>
{
    /// <inheritdoc/>
    public static string Name => "env";

    /// <inheritdoc/>
    public static EnvRequest Read(ref SshReader reader) => new(
        reader.ReadString(maxLength: 1_024),
        reader.ReadString(maxLength: 32_768));

    /// <inheritdoc/>
    public void Write(ref SshWriter writer)
    {
        writer.WriteString(Variable);
        writer.WriteString(Value);
    }
}
