namespace Teleport.Ssh.Messages;

/// <summary>Tells of a terminal's new size (<c>window-change</c>).</summary>
/// <remarks>
/// RFC 4254 section 6.7. Never answered.
/// <code>
/// uint32   width in characters
/// uint32   height in characters
/// uint32   width in pixels, may be 0
/// uint32   height in pixels, may be 0
/// </code>
/// </remarks>
/// <param name="Columns">Width in characters.</param>
/// <param name="Rows">Height in characters.</param>
/// <param name="WidthPixels">Width in pixels, may be 0.</param>
/// <param name="HeightPixels">Height in pixels, may be 0.</param>
public sealed record WindowChange(uint Columns, uint Rows, uint WidthPixels, uint HeightPixels) : ISshPayload<WindowChange>
{
    /// <inheritdoc/>
    public static string Name => "window-change";

    /// <inheritdoc/>
    public static WindowChange Read(ref SshReader reader) => new(
        reader.ReadUInt32(),
        reader.ReadUInt32(),
        reader.ReadUInt32(),
        reader.ReadUInt32());

    /// <inheritdoc/>
    public void Write(ref SshWriter writer)
    {
        writer.WriteUInt32(Columns);
        writer.WriteUInt32(Rows);
        writer.WriteUInt32(WidthPixels);
        writer.WriteUInt32(HeightPixels);
    }
}
