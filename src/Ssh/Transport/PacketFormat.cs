using System.Buffers.Binary;
using Teleport.Ssh.Ciphers;

namespace Teleport.Ssh.Transport;

/// <summary>The binary packet (RFC 4253 section 6): length, padding length, payload, padding.</summary>
internal static class PacketFormat
{
    /// <summary>The largest accepted value of the length field.</summary>
    public const int MaxLength = 35_000;

    /// <summary>Bytes before the payload: the length and the padding length.</summary>
    public const int HeaderSize = 5;

    /// <summary>What padding and tag may add behind the payload.</summary>
    public const int MaxTrailer = 32 + 64;

    private const int LengthSize = 4;
    private const int MinPadding = 4;

    /// <summary>How much padding a payload gets.</summary>
    public static int PaddingFor(int payloadLength, PacketProtection protection)
    {
        int aligned = payloadLength + (protection.AlignsLength ? HeaderSize : HeaderSize - LengthSize);
        int padding = protection.BlockSize - (aligned % protection.BlockSize);
        return padding >= MinPadding ? padding : padding + protection.BlockSize;
    }

    public static void WriteHeader(Span<byte> packet, int payloadLength, int padding)
    {
        BinaryPrimitives.WriteInt32BigEndian(packet, 1 + payloadLength + padding);
        packet[LengthSize] = (byte)padding;
    }

    /// <summary>Checks a length before anything is done with it.</summary>
    /// <exception cref="SshProtocolException">It is too small, too large or not aligned.</exception>
    public static int CheckLength(uint length, PacketProtection protection)
    {
        int smallest = protection.AlignsLength ? Math.Max(16, protection.BlockSize) - LengthSize : protection.BlockSize;
        if (length < smallest || length > MaxLength)
            throw new SshProtocolException($"A packet claims a length of {length}; {smallest} to {MaxLength} are allowed.");

        uint aligned = length + (protection.AlignsLength ? (uint)LengthSize : 0);
        if (aligned % protection.BlockSize != 0)
            throw new SshProtocolException($"A packet's length of {length} does not fit the cipher's blocks of {protection.BlockSize} bytes.");

        return (int)length;
    }

    /// <summary>Finds the payload in a decrypted packet: at least one byte, behind it at least four of padding.</summary>
    /// <exception cref="SshProtocolException">The padding length lies.</exception>
    public static int PayloadLength(ReadOnlySpan<byte> packet, int length)
    {
        int padding = packet[LengthSize];
        int payload = length - 1 - padding;
        return padding >= MinPadding && payload >= 1
            ? payload
            : throw new SshProtocolException($"A packet of length {length} claims {padding} bytes of padding.");
    }
}
