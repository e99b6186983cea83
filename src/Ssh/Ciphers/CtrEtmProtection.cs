using System.Buffers.Binary;
using Teleport.Ssh.Cryptography;
using Teleport.Ssh.Macs;

namespace Teleport.Ssh.Ciphers;

/// <summary>AES-CTR with encrypt-then-MAC (OpenSSH PROTOCOL section 1.5): length in the clear, tag over what travels.</summary>
internal sealed class CtrEtmProtection(AesCtr cipher, PacketMac mac) : PacketProtection
{
    private const int LengthSize = 4;

    public override int BlockSize => 16;

    public override int TagSize => mac.Size;

    public override bool AlignsLength => false;

    public override uint OpenLength(uint sequence, Span<byte> head) => BinaryPrimitives.ReadUInt32BigEndian(head);

    public override void Open(uint sequence, Span<byte> packet)
    {
        Span<byte> sealedPart = packet[..^mac.Size];
        if (!mac.Verify(sequence, sealedPart, packet[^mac.Size..]))
            throw Forged(sequence);

        cipher.Transform(sealedPart[LengthSize..]);
    }

    public override void Seal(uint sequence, Span<byte> packet)
    {
        Span<byte> sealedPart = packet[..^mac.Size];
        cipher.Transform(sealedPart[LengthSize..]);
        mac.Compute(sequence, sealedPart, packet[^mac.Size..]);
    }

    public override void Dispose()
    {
        cipher.Dispose();
        mac.Dispose();
    }
}
