using System.Buffers.Binary;

namespace Teleport.Ssh.Ciphers;

/// <summary>Packets in the clear, before the first NEWKEYS.</summary>
internal sealed class NoProtection : PacketProtection
{
    public override int BlockSize => 8;

    public override int TagSize => 0;

    public override bool AlignsLength => true;

    public override uint OpenLength(uint sequence, Span<byte> head) => BinaryPrimitives.ReadUInt32BigEndian(head);

    public override void Open(uint sequence, Span<byte> packet)
    {
        // Nothing is encrypted yet.
    }

    public override void Seal(uint sequence, Span<byte> packet)
    {
        // Nothing is encrypted yet.
    }

    public override void Dispose()
    {
        // Holds nothing.
    }
}
