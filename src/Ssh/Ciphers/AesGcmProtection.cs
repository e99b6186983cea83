using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Teleport.Ssh.Ciphers;

/// <summary>aes128-gcm@openssh.com and aes256-gcm@openssh.com: RFC 5647, with the length as associated data in the clear.</summary>
internal sealed class AesGcmProtection : PacketProtection
{
    public const int NonceSize = 12;
    private const int LengthSize = 4;
    private const int GcmTagSize = 16;

    private readonly AesGcm _aes;
    private readonly byte[] _nonce = new byte[NonceSize];
    private ulong _counter;

    public AesGcmProtection(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv)
    {
        _aes = new AesGcm(key, GcmTagSize);
        iv[..NonceSize].CopyTo(_nonce);
        _counter = BinaryPrimitives.ReadUInt64BigEndian(iv[4..]);
    }

    public override int BlockSize => 16;

    public override int TagSize => GcmTagSize;

    public override bool AlignsLength => false;

    public override uint OpenLength(uint sequence, Span<byte> head) => BinaryPrimitives.ReadUInt32BigEndian(head);

    public override void Open(uint sequence, Span<byte> packet)
    {
        Span<byte> body = packet[LengthSize..^GcmTagSize];
        try
        {
            _aes.Decrypt(NextNonce(), body, packet[^GcmTagSize..], body, packet[..LengthSize]);
        }
        catch (AuthenticationTagMismatchException)
        {
            throw Forged(sequence);
        }
    }

    public override void Seal(uint sequence, Span<byte> packet)
    {
        Span<byte> body = packet[LengthSize..^GcmTagSize];
        _aes.Encrypt(NextNonce(), body, body, packet[^GcmTagSize..], packet[..LengthSize]);
    }

    public override void Dispose() => _aes.Dispose();

    /// <summary>The invocation counter is the last eight bytes and counts packets (RFC 5647 section 7.1).</summary>
    private ReadOnlySpan<byte> NextNonce()
    {
        BinaryPrimitives.WriteUInt64BigEndian(_nonce.AsSpan(4), _counter++);
        return _nonce;
    }
}
