using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Teleport.Ssh.Cryptography.NtruPrime;

/// <summary>Random polynomials with coefficients -1, 0 and 1, and their encoding in two bits each.</summary>
internal static class SmallPolynomials
{
    /// <summary>How many coefficients of a short polynomial are not zero.</summary>
    public const int Weight = 286;

    public const int EncodedSize = (NtruRing.Degree + 3) / 4;

    /// <summary>Uniform coefficients.</summary>
    public static sbyte[] Random()
    {
        Span<uint> random = stackalloc uint[NtruRing.Degree];
        Fill(random);
        sbyte[] small = new sbyte[NtruRing.Degree];
        for (int i = 0; i < small.Length; i++)
            small[i] = (sbyte)((int)(((random[i] & 0x3fffffff) * 3) >> 30) - 1);
        Wipe(random);
        return small;
    }

    /// <summary>Exactly <see cref="Weight"/> coefficients that are not zero, at random places with random signs.</summary>
    public static sbyte[] RandomShort()
    {
        // The low two bits hold what is shuffled: 0 and 2 become -1 and 1, 1 becomes 0. Sorting by the random rest shuffles.
        Span<uint> shuffled = stackalloc uint[NtruRing.Degree];
        Fill(shuffled);
        for (int i = 0; i < shuffled.Length; i++)
            shuffled[i] = i < Weight ? shuffled[i] & ~1u : (shuffled[i] & ~3u) | 1u;
        Sort(shuffled);

        sbyte[] small = new sbyte[NtruRing.Degree];
        for (int i = 0; i < small.Length; i++)
            small[i] = (sbyte)((int)(shuffled[i] & 3) - 1);
        Wipe(shuffled);
        return small;
    }

    public static byte[] Encode(ReadOnlySpan<sbyte> small)
    {
        byte[] encoded = new byte[EncodedSize];
        for (int i = 0; i < small.Length; i++)
            encoded[i / 4] |= (byte)((small[i] + 1) << (2 * (i % 4)));
        return encoded;
    }

    /// <summary>Merge exchange (Knuth, volume 3, 5.2.2 M): which elements are compared depends on their number only.</summary>
    internal static void Sort(Span<uint> values)
    {
        int top = 1;
        while (top < values.Length - top)
            top *= 2;

        for (int p = top; p > 0; p /= 2)
        {
            int distance = p;
            int wanted = 0;
            for (int q = top; ; q /= 2)
            {
                for (int i = 0; i < values.Length - distance; i++)
                {
                    if ((i & p) == wanted)
                        Order(ref values[i], ref values[i + distance]);
                }

                if (q == p)
                    break;

                distance = q - p;
                wanted = p;
            }
        }
    }

    private static void Order(ref uint low, ref uint high)
    {
        uint swap = (uint)(((long)high - low) >> 63) & (low ^ high);
        low ^= swap;
        high ^= swap;
    }

    private static void Fill(Span<uint> random) => RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(random));

    private static void Wipe(Span<uint> secret) => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(secret));
}
