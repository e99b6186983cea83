using System.Buffers.Binary;
using System.Security.Cryptography;
using Teleport.Ssh.Cryptography;

namespace Teleport.Ssh.Ciphers;

/// <summary>chacha20-poly1305@openssh.com (OpenSSH PROTOCOL.chacha20poly1305): the length has a cipher of its own.</summary>
internal sealed class ChaChaPolyProtection : PacketProtection
{
    public const int KeySize = 64;
    private const int LengthSize = 4;
    private const int BlockBytes = 64;

    private readonly ChaCha20 _body;
    private readonly ChaCha20 _length;
    private readonly Poly1305 _poly = Poly1305.Create();

    /// <param name="key">K_2 for payload and tag, then K_1 for the length: 32 bytes each.</param>
    public ChaChaPolyProtection(ReadOnlySpan<byte> key)
    {
        _body = ChaCha20.Create(key[..32]);
        _length = ChaCha20.Create(key.Slice(32, 32));
    }

    public override int BlockSize => 8;

    public override int TagSize => Poly1305.TagSize;

    public override bool AlignsLength => false;

    public override uint OpenLength(uint sequence, Span<byte> head)
    {
        // Into a copy: the tag covers the length as it was sent.
        Span<byte> clear = stackalloc byte[LengthSize];
        _length.Start(sequence);
        _length.Transform(head[..LengthSize], clear);
        return BinaryPrimitives.ReadUInt32BigEndian(clear);
    }

    public override void Open(uint sequence, Span<byte> packet)
    {
        Span<byte> polyKey = stackalloc byte[BlockBytes];
        StartBody(sequence, polyKey);
        Span<byte> expected = stackalloc byte[Poly1305.TagSize];
        _poly.Compute(polyKey[..32], packet[..^Poly1305.TagSize], expected);
        if (!CryptographicOperations.FixedTimeEquals(expected, packet[^Poly1305.TagSize..]))
            throw Forged(sequence);

        Span<byte> body = packet[LengthSize..^Poly1305.TagSize];
        _body.Transform(body, body);
    }

    public override void Seal(uint sequence, Span<byte> packet)
    {
        Span<byte> polyKey = stackalloc byte[BlockBytes];
        StartBody(sequence, polyKey);
        _length.Start(sequence);
        _length.Transform(packet[..LengthSize], packet[..LengthSize]);
        Span<byte> body = packet[LengthSize..^Poly1305.TagSize];
        _body.Transform(body, body);
        _poly.Compute(polyKey[..32], packet[..^Poly1305.TagSize], packet[^Poly1305.TagSize..]);
    }

    public override void Dispose()
    {
        _body.Dispose();
        _length.Dispose();
        _poly.Dispose();
    }

    /// <summary>Block 0 of the key stream keys Poly1305, the payload begins at block 1: one initialisation serves both.</summary>
    private void StartBody(uint sequence, Span<byte> polyKey)
    {
        polyKey.Clear();
        _body.Start(sequence);
        _body.Transform(polyKey, polyKey);
    }
}
