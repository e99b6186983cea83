using System.Buffers;

namespace Teleport.Ssh.Keys;

/// <summary>Builds the small byte strings that keys consist of.</summary>
internal static class BlobBuilder
{
    public delegate void Write(ref SshWriter writer);

    public static byte[] Build(Write write)
    {
        ArrayBufferWriter<byte> buffer = new();
        SshWriter writer = new(buffer);
        write(ref writer);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>A string of the type, then strings of bytes: the form of most keys and signatures.</summary>
    public static byte[] Build(string type, params ReadOnlySpan<byte[]> fields)
    {
        ArrayBufferWriter<byte> buffer = new();
        SshWriter writer = new(buffer);
        writer.WriteString(type);
        foreach (byte[] field in fields)
            writer.WriteBinary(field);
        return buffer.WrittenSpan.ToArray();
    }
}
