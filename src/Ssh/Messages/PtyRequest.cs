namespace Teleport.Ssh.Messages;

/// <summary>Asks for a terminal (<c>pty-req</c>).</summary>
/// <remarks>
/// RFC 4254 section 6.2. The channel request name.
/// <code>
/// string   value of TERM, at most 128 bytes
/// uint32   width in characters
/// uint32   height in characters
/// uint32   width in pixels, may be 0
/// uint32   height in pixels, may be 0
/// string   encoded terminal modes (section 8), at most 4 096 bytes
/// </code>
/// </remarks>
/// <param name="Term">Value of TERM.</param>
/// <param name="Columns">Width in characters.</param>
/// <param name="Rows">Height in characters.</param>
/// <param name="WidthPixels">Width in pixels, may be 0.</param>
/// <param name="HeightPixels">Height in pixels, may be 0.</param>
/// <param name="Modes">Encoded terminal modes (section 8).</param>
public sealed record PtyRequest(
    string Term,
    uint Columns,
    uint Rows,
    uint WidthPixels,
    uint HeightPixels,
    ReadOnlyMemory<byte> Modes) : ISshPayload<PtyRequest>
{
    /// <inheritdoc/>
    public static string Name => "pty-req";

    /// <inheritdoc/>
    public static PtyRequest Read(ref SshReader reader) => new(
        reader.ReadString(maxLength: 128),
        reader.ReadUInt32(),
        reader.ReadUInt32(),
        reader.ReadUInt32(),
        reader.ReadUInt32(),
        reader.ReadBinary(maxLength: 4_096).ToArray());

    /// <inheritdoc/>
    public void Write(ref SshWriter writer)
    {
        writer.WriteString(Term);
        writer.WriteUInt32(Columns);
        writer.WriteUInt32(Rows);
        writer.WriteUInt32(WidthPixels);
        writer.WriteUInt32(HeightPixels);
        writer.WriteBinary(Modes.Span);
    }
}
