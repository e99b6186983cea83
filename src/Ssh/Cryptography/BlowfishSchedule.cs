using System.Buffers.Binary;
using System.Numerics;

namespace Teleport.Ssh.Cryptography;

/// <summary>Blowfish with the salted key schedule of bcrypt, which no library at hand offers. Only for private key files.</summary>
/// <remarks>The start values are the binary digits of pi; they are computed once, which takes some milliseconds.</remarks>
internal sealed class BlowfishSchedule
{
    private const int Rounds = 16;
    private const int SubkeyCount = Rounds + 2;
    private const int BoxSize = 256;
    private const int WordCount = SubkeyCount + (4 * BoxSize);

    private static readonly Lazy<uint[]> Pi = new(ComputeFractionOfPi);

    // The subkeys, then the four boxes.
    private readonly uint[] _words = (uint[])Pi.Value.Clone();

    /// <summary>Mixes a key into the schedule, and a salt if there is one.</summary>
    public void Expand(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> key)
    {
        int keyOffset = 0;
        for (int i = 0; i < SubkeyCount; i++)
            _words[i] ^= NextWord(key, ref keyOffset);

        int saltOffset = 0;
        uint left = 0, right = 0;
        for (int i = 0; i < WordCount; i += 2)
        {
            if (!salt.IsEmpty)
            {
                left ^= NextWord(salt, ref saltOffset);
                right ^= NextWord(salt, ref saltOffset);
            }

            Encrypt(ref left, ref right);
            _words[i] = left;
            _words[i + 1] = right;
        }
    }

    public void Encrypt(ref uint left, ref uint right)
    {
        ReadOnlySpan<uint> subkeys = _words.AsSpan(0, SubkeyCount);
        ReadOnlySpan<uint> box0 = _words.AsSpan(SubkeyCount, BoxSize);
        ReadOnlySpan<uint> box1 = _words.AsSpan(SubkeyCount + BoxSize, BoxSize);
        ReadOnlySpan<uint> box2 = _words.AsSpan(SubkeyCount + (2 * BoxSize), BoxSize);
        ReadOnlySpan<uint> box3 = _words.AsSpan(SubkeyCount + (3 * BoxSize), BoxSize);

        uint l = left, r = right;
        for (int i = 0; i < Rounds; i++)
        {
            l ^= subkeys[i];
            r ^= ((box0[(byte)(l >> 24)] + box1[(byte)(l >> 16)]) ^ box2[(byte)(l >> 8)]) + box3[(byte)l];
            (l, r) = (r, l);
        }

        left = r ^ subkeys[Rounds + 1];
        right = l ^ subkeys[Rounds];
    }

    /// <summary>Reads a big-endian word, starting over at the end of the bytes, whose length is a multiple of four here.</summary>
    private static uint NextWord(ReadOnlySpan<byte> bytes, ref int offset)
    {
        uint word = BinaryPrimitives.ReadUInt32BigEndian(bytes[offset..]);
        offset = (offset + 4) % bytes.Length;
        return word;
    }

    /// <summary>The first words of pi - 3 in binary, by Machin's formula: pi = 16 arctan(1/5) - 4 arctan(1/239).</summary>
    private static uint[] ComputeFractionOfPi()
    {
        const int GuardBits = 64; // absorb the rounding of some ten thousand terms
        const int Bits = WordCount * 32;
        BigInteger pi = (16 * ArcTangentOfInverse(5, Bits + GuardBits)) - (4 * ArcTangentOfInverse(239, Bits + GuardBits));
        byte[] fraction = ((pi >> GuardBits) & ((BigInteger.One << Bits) - 1)).ToByteArray(isUnsigned: true, isBigEndian: true);

        uint[] words = new uint[WordCount];
        int missing = (WordCount * 4) - fraction.Length;
        byte[] bytes = [.. new byte[missing], .. fraction];
        for (int i = 0; i < WordCount; i++)
            words[i] = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(i * 4));
        return words;
    }

    private static BigInteger ArcTangentOfInverse(int x, int bits)
    {
        BigInteger power = (BigInteger.One << bits) / x;
        BigInteger sum = power;
        for (int n = 3; !power.IsZero; n += 2)
        {
            power /= x * x;
            BigInteger term = power / n;
            sum += n % 4 == 3 ? -term : term;
        }

        return sum;
    }
}
