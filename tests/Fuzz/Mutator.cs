using System.Buffers.Binary;

namespace Teleport.Fuzz;

/// <summary>Changes inputs, the same way for the same seed.</summary>
internal sealed class Mutator(int seed, IReadOnlyList<byte[]> corpus)
{
    private const int MaxLength = 64 * 1024;
    private const int MaxChanges = 6;

    private static readonly uint[] Lengths = [0, 1, 4, 0x7f, 0xff, 0x100, 0x7fff, 0x8000, 0x88b8, 0x88b9, 0xffff, 0x10000, 0x40000, 0x7fffffff, 0x80000000, 0xffffffff];

    private readonly Random _random = new(seed);

    public byte[] Next()
    {
        List<byte> input = [.. Pick()];
        for (int changes = _random.Next(1, MaxChanges + 1); changes > 0; changes--)
            Change(input);

        if (input.Count > MaxLength)
            input.RemoveRange(MaxLength, input.Count - MaxLength);
        return [.. input];
    }

    private byte[] Pick() => corpus[_random.Next(corpus.Count)];

    private void Change(List<byte> input)
    {
        int at = _random.Next(input.Count + 1);
        int rest = input.Count - at;
        switch (_random.Next(8))
        {
            case 0 when rest > 0:
                input[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1 when rest > 0:
                input[at] = (byte)_random.Next(256);
                break;
            case 2 when rest >= 4:
                Overwrite(input, at, Lengths[_random.Next(Lengths.Length)]);
                break;
            case 3 when rest >= 4:
                Overwrite(input, at, (uint)_random.Next(input.Count * 2));
                break;
            case 4 when rest > 0:
                input.RemoveRange(at, _random.Next(1, rest + 1));
                break;
            case 5 when rest > 0:
                input.InsertRange(at, input.GetRange(at, _random.Next(1, rest + 1)));
                break;
            case 6:
                byte[] other = Pick();
                int from = _random.Next(other.Length + 1);
                input.InsertRange(at, other[from..(from + _random.Next(other.Length - from + 1))]);
                break;
            default:
                input.InsertRange(at, Enumerable.Repeat((byte)_random.Next(256), _random.Next(1, 16)));
                break;
        }
    }

    private static void Overwrite(List<byte> input, int at, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        for (int index = 0; index < bytes.Length; index++)
            input[at + index] = bytes[index];
    }
}
