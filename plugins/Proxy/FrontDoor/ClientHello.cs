using System.Buffers.Binary;
using System.Text;

namespace Teleport.Proxy.FrontDoor;

/// <summary>What the first message of a TLS client asks for: a server's name and application protocols. Only these two are looked at.</summary>
/// <param name="ServerName">The name (RFC 6066 section 3), in lower case; <c>null</c>: none.</param>
/// <param name="ApplicationProtocols">The protocols (RFC 7301), in the client's order; empty: none.</param>
internal sealed record ClientHello(string? ServerName, IReadOnlyList<string> ApplicationProtocols)
{
    /// <summary>Most bytes, with record headers, that are read before a hello is given up.</summary>
    public const int MaxBytes = 20 * 1024;

    private const int MaxProtocols = 64;
    private const int RecordHeaderBytes = 5;
    private const int MaxRecordBytes = 16 * 1024;
    private const byte HandshakeRecord = 22;
    private const byte ClientHelloMessage = 1;
    private const ushort ServerNameExtension = 0;
    private const ushort AlpnExtension = 16;

    /// <summary>Reads a hello at the start of what was received (RFC 8446 sections 4.1.2 and 5.1). It may be spread over several records.</summary>
    public static ParseStatus TryRead(ReadOnlySpan<byte> bytes, out ClientHello? hello)
    {
        hello = null;
        var message = new byte[Math.Min(bytes.Length, MaxBytes)];
        int gathered = 0;
        while (true)
        {
            ParseStatus status = ReadRecord(ref bytes, out ReadOnlySpan<byte> fragment);
            if (status == ParseStatus.Complete)
            {
                if (gathered + fragment.Length > message.Length)
                {
                    return ParseStatus.Invalid;
                }

                fragment.CopyTo(message.AsSpan(gathered));
                gathered += fragment.Length;
            }

            ParseStatus whole = MessageLength(message.AsSpan(0, gathered), out int length);
            if (whole == ParseStatus.Invalid || status == ParseStatus.Invalid)
            {
                return ParseStatus.Invalid;
            }

            if (whole == ParseStatus.Complete && gathered >= length)
            {
                hello = Parse(message.AsSpan(4, length - 4));
                return hello is null ? ParseStatus.Invalid : ParseStatus.Complete;
            }

            if (status == ParseStatus.Incomplete)
            {
                return ParseStatus.Incomplete;
            }
        }
    }

    private static ParseStatus ReadRecord(ref ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> fragment)
    {
        fragment = default;
        if ((bytes.Length > 0 && bytes[0] != HandshakeRecord) || (bytes.Length > 1 && bytes[1] != 3))
        {
            return ParseStatus.Invalid;
        }

        if (bytes.Length < RecordHeaderBytes)
        {
            return ParseStatus.Incomplete;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(bytes[3..]);
        // Empty fragments are forbidden; without this check they would be read for ever.
        if (length is 0 or > MaxRecordBytes)
        {
            return ParseStatus.Invalid;
        }

        if (bytes.Length < RecordHeaderBytes + length)
        {
            return ParseStatus.Incomplete;
        }

        fragment = bytes.Slice(RecordHeaderBytes, length);
        bytes = bytes[(RecordHeaderBytes + length)..];
        return ParseStatus.Complete;
    }

    private static ParseStatus MessageLength(ReadOnlySpan<byte> message, out int length)
    {
        length = 0;
        if (message.Length > 0 && message[0] != ClientHelloMessage)
        {
            return ParseStatus.Invalid;
        }

        if (message.Length < 4)
        {
            return ParseStatus.Incomplete;
        }

        length = 4 + ((message[1] << 16) | (message[2] << 8) | message[3]);
        return length > MaxBytes ? ParseStatus.Invalid : ParseStatus.Complete;
    }

    private static ClientHello? Parse(ReadOnlySpan<byte> body)
    {
        var reader = new TlsReader(body);
        // Version, random, session id, cipher suites, compression methods.
        if (!reader.Skip(2 + 32) || !reader.TryReadVector8(out _) || !reader.TryReadVector16(out _) || !reader.TryReadVector8(out _))
        {
            return null;
        }

        if (reader.IsEmpty)
        {
            return new ClientHello(null, []);
        }

        if (!reader.TryReadVector16(out ReadOnlySpan<byte> all) || !reader.IsEmpty)
        {
            return null;
        }

        string? serverName = null;
        List<string>? protocols = null;
        var extensions = new TlsReader(all);
        while (!extensions.IsEmpty)
        {
            if (!extensions.TryReadUInt16(out ushort type) || !extensions.TryReadVector16(out ReadOnlySpan<byte> content))
            {
                return null;
            }

            if (type == ServerNameExtension && (serverName is not null || !TryReadServerName(content, out serverName)))
            {
                return null;
            }

            if (type == AlpnExtension && (protocols is not null || !TryReadProtocols(content, out protocols)))
            {
                return null;
            }
        }

        return new ClientHello(serverName, protocols ?? []);
    }

    private static bool TryReadServerName(ReadOnlySpan<byte> content, out string? name)
    {
        name = null;
        var reader = new TlsReader(content);
        if (!reader.TryReadVector16(out ReadOnlySpan<byte> list) || !reader.IsEmpty)
        {
            return false;
        }

        // One entry, of the one type that there is: host_name.
        var names = new TlsReader(list);
        if (!names.TryReadByte(out byte type) || type != 0 || !names.TryReadVector16(out ReadOnlySpan<byte> host) || !names.IsEmpty
            || host.Length is 0 or > 255 || !IsHostName(host))
        {
            return false;
        }

        name = Encoding.ASCII.GetString(host).ToLowerInvariant();
        return true;
    }

    private static bool TryReadProtocols(ReadOnlySpan<byte> content, out List<string>? protocols)
    {
        protocols = [];
        var reader = new TlsReader(content);
        if (!reader.TryReadVector16(out ReadOnlySpan<byte> list) || !reader.IsEmpty || list.IsEmpty)
        {
            return false;
        }

        var names = new TlsReader(list);
        while (!names.IsEmpty)
        {
            if (!names.TryReadVector8(out ReadOnlySpan<byte> name) || name.IsEmpty || protocols.Count == MaxProtocols)
            {
                return false;
            }

            protocols.Add(Encoding.Latin1.GetString(name));
        }

        return true;
    }

    private static bool IsHostName(ReadOnlySpan<byte> host)
    {
        foreach (byte b in host)
        {
            if (!char.IsAsciiLetterOrDigit((char)b) && b is not ((byte)'.' or (byte)'-' or (byte)'_' or (byte)':'))
            {
                return false;
            }
        }

        return true;
    }
}
