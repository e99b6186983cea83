using System.Buffers.Binary;
using Teleport.Ssh.Cryptography;
using Teleport.Ssh.Macs;

namespace Teleport.Ssh.Ciphers;

/// <summary>AES-CTR with encrypt-and-MAC (RFC 4253 section 6): length encrypted, tag over the plain packet.</summary>
internal sealed class CtrProtection(AesCtr cipher, PacketMac mac) : PacketProtection
{
    private const int AesBlockSize = 16;

    /// <summary>The length is inside the first block, which <see cref="OpenLength"/> decrypts where it lies.</summary>
    public override int HeadSize => AesBlockSize;

    public override int BlockSize => AesBlockSize;

    public override int TagSize => mac.Size;

    public override bool AlignsLength => true;

    public override uint OpenLength(uint sequence, Span<byte> head)
    {
        cipher.Transform(head[..AesBlockSize]);
        return BinaryPrimitives.ReadUInt32BigEndian(head);
    }

    public override void Open(uint sequence, Span<byte> packet)
    {
        Span<byte> clear = packet[..^mac.Size];
        cipher.Transform(clear[AesBlockSize..]);
        if (!mac.Verify(sequence, clear, packet[^mac.Size..]))
            throw Forged(sequence);
    }

    public override void Seal(uint sequence, Span<byte> packet)
    {
        Span<byte> clear = packet[..^mac.Size];
        mac.Compute(sequence, clear, packet[^mac.Size..]);
        cipher.Transform(clear);
    }

    public override void Dispose()
    {
        cipher.Dispose();
        mac.Dispose();
    }
}
