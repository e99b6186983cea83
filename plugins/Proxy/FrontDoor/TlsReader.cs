using System.Buffers.Binary;

namespace Teleport.Proxy.FrontDoor;

/// <summary>Reads the presentation language of TLS (RFC 8446 section 3), never beyond its end.</summary>
internal ref struct TlsReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool IsEmpty => _rest.IsEmpty;

    public bool Skip(int count) => TryRead(count, out _);

    public bool TryReadByte(out byte value)
    {
        bool read = TryRead(1, out ReadOnlySpan<byte> bytes);
        value = read ? bytes[0] : (byte)0;
        return read;
    }

    public bool TryReadUInt16(out ushort value)
    {
        bool read = TryRead(2, out ReadOnlySpan<byte> bytes);
        value = read ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : (ushort)0;
        return read;
    }

    /// <summary>Reads bytes preceded by their number in one byte.</summary>
    public bool TryReadVector8(out ReadOnlySpan<byte> content)
    {
        content = default;
        return TryReadByte(out byte length) && TryRead(length, out content);
    }

    /// <summary>Reads bytes preceded by their number in two bytes.</summary>
    public bool TryReadVector16(out ReadOnlySpan<byte> content)
    {
        content = default;
        return TryReadUInt16(out ushort length) && TryRead(length, out content);
    }

    private bool TryRead(int count, out ReadOnlySpan<byte> content)
    {
        content = default;
        if (count > _rest.Length)
        {
            return false;
        }

        content = _rest[..count];
        _rest = _rest[count..];
        return true;
    }
}
