using System.Buffers.Binary;

namespace Teleport.Ssh.KeyExchange;

/// <summary>Encodes a shared secret as the exchange hash and the key derivation take it.</summary>
internal static class SharedSecret
{
    /// <summary>As an mpint (RFC 4253 section 8): leading zeros are dropped, one is added before a set top bit.</summary>
    public static byte[] AsMpint(ReadOnlySpan<byte> unsigned)
    {
        byte[] content = Mpint(unsigned);
        return AsString(content);
    }

    /// <summary>As a string, which the hybrid methods use.</summary>
    public static byte[] AsString(ReadOnlySpan<byte> value)
    {
        byte[] encoded = new byte[4 + value.Length];
        BinaryPrimitives.WriteInt32BigEndian(encoded, value.Length);
        value.CopyTo(encoded.AsSpan(4));
        return encoded;
    }

    /// <summary>The content of an mpint, without its length (RFC 4251 section 5).</summary>
    public static byte[] Mpint(ReadOnlySpan<byte> unsigned)
    {
        ReadOnlySpan<byte> trimmed = unsigned.TrimStart((byte)0);
        bool needsZero = !trimmed.IsEmpty && (trimmed[0] & 0x80) != 0;
        byte[] content = new byte[trimmed.Length + (needsZero ? 1 : 0)];
        trimmed.CopyTo(content.AsSpan(needsZero ? 1 : 0));
        return content;
    }
}
