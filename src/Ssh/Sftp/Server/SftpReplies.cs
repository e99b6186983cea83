using System.Buffers;
using System.Buffers.Binary;

namespace Teleport.Ssh.Sftp.Server;

/// <summary>Writes the answers of a server, each with its length before it.</summary>
internal sealed class SftpReplies
{
    private readonly ArrayBufferWriter<byte> _packet = new();

    public delegate void Write(ref SshWriter writer);

    /// <summary>Writes a packet of a type with an id, and gives back its size.</summary>
    public int Send(IBufferWriter<byte> output, byte type, uint id, Write body)
    {
        _packet.ResetWrittenCount();
        SshWriter writer = new(_packet);
        writer.WriteByte(type);
        writer.WriteUInt32(id);
        body(ref writer);

        SshWriter frame = new(output);
        frame.WriteBinary(_packet.WrittenSpan);
        return 4 + _packet.WrittenCount;
    }

    public int SendStatus(IBufferWriter<byte> output, uint id, SftpStatus status, string message = "") =>
        Send(output, SftpPacketType.Status, id, (ref SshWriter writer) =>
        {
            writer.WriteUInt32((uint)status);
            writer.WriteString(status == SftpStatus.Ok && message.Length == 0 ? "Success" : message);
            writer.WriteString("");
        });

    public int SendName(IBufferWriter<byte> output, uint id, params IReadOnlyList<SftpEntry> entries) =>
        Send(output, SftpPacketType.Name, id, (ref SshWriter writer) =>
        {
            writer.WriteUInt32((uint)entries.Count);
            foreach (SftpEntry entry in entries)
            {
                writer.WriteString(entry.Name);
                writer.WriteString(entry.LongName);
                entry.Attributes.Write(ref writer);
            }
        });

    /// <summary>Reads a file straight into the answer.</summary>
    /// <returns>Size of the packet, and the number of bytes read; at the end of the file nothing is written.</returns>
    public static (int Size, int Read) SendData(IBufferWriter<byte> output, uint id, ISftpFile file, long offset, int length)
    {
        const int HeaderSize = 4 + 1 + 4 + 4;
        Span<byte> packet = output.GetSpan(HeaderSize + length);
        int read = file.Read(offset, packet.Slice(HeaderSize, length));
        if (read == 0)
            return (0, 0);

        BinaryPrimitives.WriteInt32BigEndian(packet, HeaderSize - 4 + read);
        packet[4] = SftpPacketType.Data;
        BinaryPrimitives.WriteUInt32BigEndian(packet[5..], id);
        BinaryPrimitives.WriteInt32BigEndian(packet[9..], read);
        output.Advance(HeaderSize + read);
        return (HeaderSize + read, read);
    }
}
