using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Teleport.Ssh.Macs;

/// <summary>The message authentication code of one direction (RFC 4253 section 6.4): HMAC over the sequence number and the packet.</summary>
/// <remarks>One hash is kept for the whole direction: making one per packet costs as much again as a small packet.</remarks>
internal sealed class PacketMac(HashAlgorithmName hash, int size, byte[] key) : IDisposable
{
    public const int MaxSize = 64;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHMAC(hash, key);

    public int Size => size;

    public void Compute(uint sequence, ReadOnlySpan<byte> packet, Span<byte> tag)
    {
        Span<byte> prefix = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(prefix, sequence);
        _hash.AppendData(prefix);
        _hash.AppendData(packet);
        _hash.GetHashAndReset(tag);
    }

    public bool Verify(uint sequence, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> tag)
    {
        Span<byte> expected = stackalloc byte[MaxSize];
        expected = expected[..size];
        Compute(sequence, packet, expected);
        return CryptographicOperations.FixedTimeEquals(expected, tag);
    }

    public void Dispose() => _hash.Dispose();
}
