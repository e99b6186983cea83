using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;

namespace Teleport.Proxy.FrontDoor;

/// <summary>The header by which a load balancer names the true client: PROXY protocol, versions 1 and 2.</summary>
/// <remarks>
/// Version 1 is one line of at most 107 bytes: <c>PROXY TCP4 source destination sourceport destinationport CR LF</c>.
/// Version 2 is binary:
/// <code>
/// byte[12] signature
/// byte     version 2 in the high half; command in the low: 0 local (health check), 1 proxied
/// byte     family in the high half: 1 IPv4, 2 IPv6; transport in the low: 1 stream
/// uint16   length of the rest, at most 2048 here
/// byte[]   source and destination address, source and destination port; then extensions, which are skipped
/// </code>
/// </remarks>
internal static class ProxyProtocolHeader
{
    private const int MaxLineBytes = 107;
    private const int MaxBinaryBytes = 2048;

    public static ReadOnlySpan<byte> TextSignature => "PROXY "u8;

    public static ReadOnlySpan<byte> BinarySignature => [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A];

    /// <summary>Reads a header at the start of what was received.</summary>
    /// <param name="bytes">What was received so far.</param>
    /// <param name="length">Number of bytes of the header.</param>
    /// <param name="client">The true client; <c>null</c>: the load balancer itself, as in health checks.</param>
    public static ParseStatus TryRead(ReadOnlySpan<byte> bytes, out int length, out IPEndPoint? client)
    {
        (length, client) = (0, null);
        return bytes.StartsWith(BinarySignature) ? ReadBinary(bytes, out length, out client)
            : bytes.StartsWith(TextSignature) ? ReadLine(bytes, out length, out client)
            : ParseStatus.Invalid;
    }

    private static ParseStatus ReadLine(ReadOnlySpan<byte> bytes, out int length, out IPEndPoint? client)
    {
        (length, client) = (0, null);
        int end = bytes[..Math.Min(bytes.Length, MaxLineBytes)].IndexOf("\r\n"u8);
        if (end < 0)
        {
            return bytes.Length < MaxLineBytes ? ParseStatus.Incomplete : ParseStatus.Invalid;
        }

        length = end + 2;
        string[] words = Encoding.Latin1.GetString(bytes[..end]).Split(' ');
        if (words.Length >= 2 && words[1] == "UNKNOWN")
        {
            return ParseStatus.Complete;
        }

        if (words.Length != 6 || words[1] is not ("TCP4" or "TCP6")
            || !IPAddress.TryParse(words[2], out IPAddress? address) || !IPAddress.TryParse(words[3], out IPAddress? destination)
            || address.AddressFamily != destination.AddressFamily
            || words[1] == "TCP4" != (address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork)
            || !ushort.TryParse(words[4], NumberStyles.None, CultureInfo.InvariantCulture, out ushort port)
            || !ushort.TryParse(words[5], NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            return ParseStatus.Invalid;
        }

        client = new IPEndPoint(address, port);
        return ParseStatus.Complete;
    }

    private static ParseStatus ReadBinary(ReadOnlySpan<byte> bytes, out int length, out IPEndPoint? client)
    {
        (length, client) = (0, null);
        int at = BinarySignature.Length;
        if (bytes.Length < at + 4)
        {
            return ParseStatus.Incomplete;
        }

        byte command = bytes[at];
        byte family = bytes[at + 1];
        int rest = BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]);
        at += 4;
        if (command is not (0x20 or 0x21) || rest > MaxBinaryBytes)
        {
            return ParseStatus.Invalid;
        }

        if (bytes.Length < at + rest)
        {
            return ParseStatus.Incomplete;
        }

        length = at + rest;
        if (command == 0x20)
        {
            return ParseStatus.Complete;
        }

        int addressBytes = family switch { 0x11 => 4, 0x21 => 16, _ => 0 };
        if (addressBytes == 0 || rest < (2 * addressBytes) + 4)
        {
            return ParseStatus.Invalid;
        }

        ReadOnlySpan<byte> body = bytes[at..];
        client = new IPEndPoint(new IPAddress(body[..addressBytes]), BinaryPrimitives.ReadUInt16BigEndian(body[(2 * addressBytes)..]));
        return ParseStatus.Complete;
    }
}
