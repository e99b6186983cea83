using System.Buffers;
using Teleport.Ssh;

namespace Teleport.Fuzz.Targets;

/// <summary>Writes the fields of seeds.</summary>
internal static class Wire
{
    public delegate void Writing(ref SshWriter writer);

    public static byte[] Build(Writing write)
    {
        ArrayBufferWriter<byte> buffer = new();
        SshWriter writer = new(buffer);
        write(ref writer);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Each with its length in front.</summary>
    public static byte[] Frames(params byte[][] packets) => Build((ref SshWriter writer) =>
    {
        foreach (byte[] packet in packets)
            writer.WriteBinary(packet);
    });

    /// <summary>A number, then strings.</summary>
    public static byte[] Numbered(byte number, params string[] texts) => Build((ref SshWriter writer) =>
    {
        writer.WriteByte(number);
        foreach (string text in texts)
            writer.WriteString(text);
    });
}
