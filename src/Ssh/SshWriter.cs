using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Teleport.Ssh;

/// <summary>Writes the data types of RFC 4251 section 5 to a buffer; the mirror image of <see cref="SshReader"/>.</summary>
/// <param name="output">Where the bytes go. They are committed with each call.</param>
public readonly ref struct SshWriter(IBufferWriter<byte> output)
{
    private readonly IBufferWriter<byte> _output = output;

    /// <summary>Writes one byte.</summary>
    /// <param name="value">The byte.</param>
    public void WriteByte(byte value)
    {
        _output.GetSpan(1)[0] = value;
        _output.Advance(1);
    }

    /// <summary>Writes a boolean as 0 or 1.</summary>
    /// <param name="value">The boolean.</param>
    public void WriteBoolean(bool value) => WriteByte(value ? (byte)1 : (byte)0);

    /// <summary>Writes a big-endian 32-bit number.</summary>
    /// <param name="value">The number.</param>
    public void WriteUInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_output.GetSpan(4), value);
        _output.Advance(4);
    }

    /// <summary>Writes a big-endian 64-bit number.</summary>
    /// <param name="value">The number.</param>
    public void WriteUInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(_output.GetSpan(8), value);
        _output.Advance(8);
    }

    /// <summary>Writes a string of arbitrary bytes: its length, then the bytes.</summary>
    /// <param name="value">The bytes.</param>
    public void WriteBinary(ReadOnlySpan<byte> value)
    {
        WriteUInt32((uint)value.Length);
        _output.Write(value);
    }

    /// <summary>Writes a string of text in UTF-8.</summary>
    /// <param name="value">The text.</param>
    public void WriteString(string value)
    {
        int length = Encoding.UTF8.GetByteCount(value);
        WriteUInt32((uint)length);
        if (length == 0)
            return;

        Encoding.UTF8.GetBytes(value, _output.GetSpan(length));
        _output.Advance(length);
    }

    /// <summary>Writes a number that is not negative.</summary>
    /// <param name="value">The number, unsigned and big-endian; leading zeros are dropped.</param>
    public void WriteMpint(ReadOnlySpan<byte> value)
    {
        value = value.TrimStart((byte)0);
        bool padded = !value.IsEmpty && (value[0] & 0x80) != 0;
        WriteUInt32((uint)(value.Length + (padded ? 1 : 0)));
        if (padded)
            WriteByte(0);
        _output.Write(value);
    }

    /// <summary>Writes names separated by commas.</summary>
    /// <param name="names">The names, none of them empty or with a comma.</param>
    public void WriteNameList(IEnumerable<string> names) => WriteString(string.Join(',', names));

    /// <summary>Writes bytes without their length.</summary>
    /// <param name="value">The bytes.</param>
    public void WriteRaw(ReadOnlySpan<byte> value) => _output.Write(value);
}
