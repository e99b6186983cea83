using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Teleport.Ssh.Cryptography.NtruPrime;

/// <summary>Polynomials modulo x^761 - x - 1, with coefficients modulo 4591 or 3 (NTRU Prime round 3, section 3).</summary>
/// <remarks>
/// Coefficients are centred: -2295 to 2295, or -1 to 1. No branch and no address depends on a coefficient; the only divisions are
/// multiplications by a constant. The loops run over whole vectors, so arrays have <see cref="Padded"/> elements, zero behind the degree.
/// </remarks>
internal static class NtruRing
{
    public const int Degree = 761;
    public const int Modulus = 4591;

    /// <summary>Length of arrays that inner loops go through: a multiple of every vector's size.</summary>
    public const int Padded = 768;

    /// <summary>Multiplies by a polynomial whose coefficients are -1, 0 and 1.</summary>
    /// <param name="factor">Centred coefficients.</param>
    /// <param name="small">Coefficients -1, 0 and 1.</param>
    /// <param name="modulus">4591 or 3.</param>
    /// <param name="product">Receives the product, centred.</param>
    public static void Multiply(ReadOnlySpan<int> factor, ReadOnlySpan<sbyte> small, int modulus, Span<int> product)
    {
        // At most 761 * 2295 a coefficient, three times that after the folding: far below 2^31.
        Span<int> sum = stackalloc int[2 * Padded];
        sum.Clear();
        for (int i = 0; i < Degree; i++)
            AddScaled(sum[i..(i + Padded)], factor, small[i]);

        // x^761 is x + 1. From the top, so that what comes back above the degree is folded again.
        for (int i = (2 * Degree) - 2; i >= Degree; i--)
        {
            sum[i - Degree] += sum[i];
            sum[i - Degree + 1] += sum[i];
        }

        for (int i = 0; i < Degree; i++)
            product[i] = Centre(sum[i], modulus);
        Wipe(sum);
    }

    /// <summary>Divides a number by a polynomial, in constant time by division steps (Bernstein and Yang, 2019).</summary>
    /// <param name="denominator">Coefficients -1, 0 and 1.</param>
    /// <param name="numerator">The number.</param>
    /// <param name="modulus">4591 or 3.</param>
    /// <param name="quotient">Receives the quotient, centred.</param>
    /// <returns>Whether the polynomial has an inverse.</returns>
    public static bool TryDivide(int numerator, ReadOnlySpan<sbyte> denominator, int modulus, Span<int> quotient)
    {
        // f is the reversed ring polynomial, g the reversed denominator; v and r follow what is done to them.
        Span<int> f = stackalloc int[Padded];
        Span<int> g = stackalloc int[Padded];
        Span<int> v = stackalloc int[Padded];
        Span<int> r = stackalloc int[Padded];
        f.Clear();
        g.Clear();
        v.Clear();
        r.Clear();
        f[0] = 1;
        f[Degree - 1] = f[Degree] = -1;
        r[0] = numerator;
        for (int i = 0; i < Degree; i++)
            g[Degree - 1 - i] = denominator[i];

        int delta = 1;
        for (int step = 0; step < (2 * Degree) - 1; step++)
        {
            v[..Degree].CopyTo(v[1..]);
            v[0] = 0;
            int swap = (-delta >> 31) & NonZeroMask(g[0]);
            delta = ((swap & -delta) | (~swap & delta)) + 1;
            SwapIf(swap, f, g);
            SwapIf(swap, v, r);
            int f0 = f[0];
            int g0 = g[0];
            Eliminate(g, f0, f, g0, modulus);
            Eliminate(r, f0, v, g0, modulus);
            g[1..].CopyTo(g);
            g[^1] = 0;
        }

        int scale = Invert(f[0], modulus);
        for (int i = 0; i < Degree; i++)
            quotient[i] = Centre(scale * v[Degree - 1 - i], modulus);
        Wipe(f);
        Wipe(g);
        Wipe(v);
        Wipe(r);
        return delta == 0;
    }

    /// <summary>The representative nearest to zero.</summary>
    public static int Centre(int value, int modulus)
    {
        // Euclidean remainder of a shifted value; the compiler would divide if the modulus were not a constant.
        int half = modulus / 2;
        int rest = modulus == 3 ? (value + half) % 3 : (value + half) % Modulus;
        rest += modulus & (rest >> 31);
        return rest - half;
    }

    public static void Wipe(Span<int> secret) => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(secret));

    /// <summary>1 / number, by Fermat; constant time for a modulus.</summary>
    public static int Invert(int number, int modulus)
    {
        int power = number;
        for (int i = 1; i < modulus - 2; i++)
            power = Centre(power * number, modulus);
        return power;
    }

    private static int NonZeroMask(int value) => (value | -value) >> 31;

    private static void AddScaled(Span<int> sum, ReadOnlySpan<int> factor, int scale)
    {
        Span<Vector<int>> target = MemoryMarshal.Cast<int, Vector<int>>(sum);
        ReadOnlySpan<Vector<int>> source = MemoryMarshal.Cast<int, Vector<int>>(factor[..Padded]);
        Vector<int> by = new(scale);
        for (int i = 0; i < target.Length; i++)
            target[i] += source[i] * by;
    }

    private static void SwapIf(int mask, Span<int> one, Span<int> other)
    {
        Span<Vector<int>> left = MemoryMarshal.Cast<int, Vector<int>>(one);
        Span<Vector<int>> right = MemoryMarshal.Cast<int, Vector<int>>(other);
        Vector<int> masks = new(mask);
        for (int i = 0; i < left.Length; i++)
        {
            Vector<int> difference = masks & (left[i] ^ right[i]);
            left[i] ^= difference;
            right[i] ^= difference;
        }
    }

    /// <summary>target = scale * target - otherScale * other, centred. The products stay below 2^24, which a float holds exactly.</summary>
    private static void Eliminate(Span<int> target, int scale, ReadOnlySpan<int> other, int otherScale, int modulus)
    {
        Span<Vector<int>> values = MemoryMarshal.Cast<int, Vector<int>>(target);
        ReadOnlySpan<Vector<int>> others = MemoryMarshal.Cast<int, Vector<int>>(other);
        Vector<int> by = new(scale);
        Vector<int> otherBy = new(otherScale);
        Vector<int> modulo = new(modulus);
        Vector<int> half = new(modulus / 2);
        Vector<float> inverse = new(1f / modulus);
        for (int i = 0; i < values.Length; i++)
        {
            Vector<int> value = (values[i] * by) - (others[i] * otherBy);
            Vector<int> times = Vector.ConvertToInt32(Vector.ConvertToSingle(value) * inverse); // towards zero, at most one off
            value -= times * modulo;
            value -= Vector.GreaterThan(value, half) & modulo;
            value += Vector.LessThan(value, -half) & modulo;
            values[i] = value;
        }
    }
}
