using System.Buffers;
using System.Buffers.Binary;
using Teleport.Ssh;
using Teleport.Ssh.Sftp;
using Teleport.Ssh.Sftp.Server;

namespace Teleport.Fuzz.Targets;

/// <summary>Requests to the SFTP server: each with an id is answered once.</summary>
internal sealed class SftpServerTarget : IFuzzTarget
{
    public string Name => "sftp-server";

    public int ShortRun => 10_000;

    public IEnumerable<byte[]> Seeds =>
    [
        Wire.Frames(
            Request(3, writer: static (ref SshWriter w) => { w.WriteString("f"); w.WriteUInt32(3); w.WriteUInt32(0); }),
            Request(5, writer: static (ref SshWriter w) => { w.WriteBinary([0, 0, 0, 1]); w.WriteUInt64(0); w.WriteUInt32(100); }),
            Request(6, writer: static (ref SshWriter w) => { w.WriteBinary([0, 0, 0, 1]); w.WriteUInt64(2); w.WriteString("data"); }),
            Request(4, writer: static (ref SshWriter w) => w.WriteBinary([0, 0, 0, 1]))),
        Wire.Frames(
            Request(11, writer: static (ref SshWriter w) => w.WriteString("/")),
            Request(12, writer: static (ref SshWriter w) => w.WriteBinary([0, 0, 0, 1])),
            Request(16, writer: static (ref SshWriter w) => w.WriteString("."))),
        Wire.Frames(
            Request(9, writer: static (ref SshWriter w) => { w.WriteString("f"); w.WriteUInt32(0x8000000f); w.WriteUInt64(10); w.WriteUInt64(0); w.WriteUInt32(0x1a4); w.WriteUInt64(0); w.WriteUInt32(0); }),
            Request(18, writer: static (ref SshWriter w) => { w.WriteString("f"); w.WriteString("g"); })),
        Wire.Frames(
            Request(200, writer: static (ref SshWriter w) => { w.WriteString("posix-rename@openssh.com"); w.WriteString("f"); w.WriteString("g"); }),
            Request(200, writer: static (ref SshWriter w) => { w.WriteString("statvfs@openssh.com"); w.WriteString("g"); }),
            Request(200, writer: static (ref SshWriter w) => { w.WriteString("users-groups-by-id@openssh.com"); w.WriteBinary([0, 0, 0, 0]); w.WriteBinary([]); }),
            Request(200, writer: static (ref SshWriter w) => w.WriteString("limits@openssh.com"))),
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        using SftpRequests requests = new(new MemoryFiles(), new SftpServerOptions());
        ArrayBufferWriter<byte> output = new();
        _ = requests.Handle([1, 0, 0, 0, 3], output);
        try
        {
            while (input.Length >= 4)
            {
                int length = (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(input), (uint)(input.Length - 4));
                output.ResetWrittenCount();
                int written = requests.Handle(input.Slice(4, length), output);
                if (written != output.WrittenCount || written - 4 != BinaryPrimitives.ReadInt32BigEndian(output.WrittenSpan))
                    throw new InvalidOperationException("The answer is not one packet.");
                if (!output.WrittenSpan.Slice(5, 4).SequenceEqual(input.Slice(5, 4)))
                    throw new InvalidOperationException("The answer is to another request.");

                input = input[(4 + length)..];
            }
        }
        catch (SshProtocolException)
        {
            // A packet without an id ends the channel.
        }
    }

    private static byte[] Request(byte type, Wire.Writing writer) => Wire.Build((ref SshWriter w) =>
    {
        w.WriteByte(type);
        w.WriteUInt32(7);
        writer(ref w);
    });
}
