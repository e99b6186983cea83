using System.Buffers.Binary;
using System.Text;

namespace Teleport.Ssh;

/// <summary>Reads the data types of RFC 4251 section 5 from a span, front to back.</summary>
/// <remarks>
/// No method allocates more than the length it has checked, and all of them throw <see cref="SshProtocolException"/> and nothing
/// else for bad input. Spans returned point into the input: copy what must outlive it.
/// </remarks>
/// <param name="data">The bytes to read.</param>
public ref struct SshReader(ReadOnlySpan<byte> data)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _data = data;

    /// <summary>Bytes read so far.</summary>
    public int Position { get; private set; }

    /// <summary>Bytes not read yet.</summary>
    public readonly int Remaining => _data.Length - Position;

    /// <summary>Reads one byte.</summary>
    /// <exception cref="SshProtocolException">The input ends too early.</exception>
    public byte ReadByte() => Take(1)[0];

    /// <summary>Reads a boolean: every byte but zero is true.</summary>
    /// <exception cref="SshProtocolException">The input ends too early.</exception>
    public bool ReadBoolean() => Take(1)[0] != 0;

    /// <summary>Reads a big-endian 32-bit number.</summary>
    /// <exception cref="SshProtocolException">The input ends too early.</exception>
    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    /// <summary>Reads a big-endian 64-bit number.</summary>
    /// <exception cref="SshProtocolException">The input ends too early.</exception>
    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64BigEndian(Take(8));

    /// <summary>Reads a string of arbitrary bytes.</summary>
    /// <param name="maxLength">The most bytes the string may have.</param>
    /// <exception cref="SshProtocolException">The string is longer than that, or than the input.</exception>
    public ReadOnlySpan<byte> ReadBinary(int maxLength)
    {
        uint length = ReadUInt32();
        if (length > (uint)maxLength)
            throw new SshProtocolException($"A string at offset {Position - 4} claims {length} bytes; at most {maxLength} are allowed here.");

        return Take((int)length);
    }

    /// <summary>Reads a string of text; bytes that are not UTF-8 are an error.</summary>
    /// <param name="maxLength">The most bytes the string may have.</param>
    /// <exception cref="SshProtocolException">The string is too long, longer than the input, or not UTF-8.</exception>
    public string ReadString(int maxLength)
    {
        ReadOnlySpan<byte> bytes = ReadBinary(maxLength);
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new SshProtocolException($"A string of {bytes.Length} bytes ending at offset {Position} is not UTF-8.");
        }
    }

    /// <summary>Reads a number that must not be negative: big-endian, without leading zeros; zero is an empty span.</summary>
    /// <param name="maxBytes">The most bytes the number itself may have.</param>
    /// <exception cref="SshProtocolException">
    /// The number is negative, too long, longer than the input, or has needless leading zeros (two encodings of one number would
    /// give one key two fingerprints).
    /// </exception>
    public ReadOnlySpan<byte> ReadMpint(int maxBytes)
    {
        ReadOnlySpan<byte> bytes = ReadBinary(maxBytes + 1);
        if (bytes.IsEmpty)
            return bytes;

        if ((bytes[0] & 0x80) != 0)
            throw new SshProtocolException($"A number ending at offset {Position} is negative.");
        if (bytes[0] == 0)
        {
            if (bytes.Length == 1 || (bytes[1] & 0x80) == 0)
                throw new SshProtocolException($"A number ending at offset {Position} has needless leading zeros.");
            bytes = bytes[1..];
        }

        return bytes.Length <= maxBytes
            ? bytes
            : throw new SshProtocolException($"A number has {bytes.Length} bytes; at most {maxBytes} are allowed here.");
    }

    /// <summary>Reads names separated by commas; an empty list is an empty array.</summary>
    /// <param name="maxLength">The most bytes the whole list may have.</param>
    /// <exception cref="SshProtocolException">
    /// The list is too long, longer than the input, or has a name that is empty or not printable US-ASCII.
    /// </exception>
    public string[] ReadNameList(int maxLength)
    {
        ReadOnlySpan<byte> bytes = ReadBinary(maxLength);
        if (bytes.IsEmpty)
            return [];
        if (bytes.ContainsAnyExceptInRange((byte)0x21, (byte)0x7e))
            throw new SshProtocolException($"A list of names ending at offset {Position} has a byte that is not printable US-ASCII.");

        string[] names = Encoding.ASCII.GetString(bytes).Split(',');
        return Array.IndexOf(names, "") < 0
            ? names
            : throw new SshProtocolException($"A list of names ending at offset {Position} has an empty name.");
    }

    /// <summary>Reads a given number of bytes that have no length before them.</summary>
    /// <param name="length">How many bytes.</param>
    /// <exception cref="SshProtocolException">The input ends too early.</exception>
    public ReadOnlySpan<byte> ReadRaw(int length) => Take(length);

    /// <summary>Reads everything that is left.</summary>
    public ReadOnlySpan<byte> ReadRest() => Take(Remaining);

    /// <summary>Checks that nothing is left.</summary>
    /// <exception cref="SshProtocolException">There are more bytes.</exception>
    public readonly void ExpectEnd()
    {
        if (Remaining != 0)
            throw new SshProtocolException($"{Remaining} bytes follow where the data should end, at offset {Position}.");
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > Remaining)
            throw new SshProtocolException($"The data ends too early: {length} bytes are missing at offset {Position}, {Remaining} are left.");

        ReadOnlySpan<byte> bytes = _data.Slice(Position, length);
        Position += length;
        return bytes;
    }
}
