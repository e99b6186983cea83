namespace Teleport.Ssh.Cryptography.NtruPrime;

/// <summary>Packs numbers below given bounds into bytes with little waste (NTRU Prime round 3, section 4.4).</summary>
/// <remarks>
/// Two numbers below m and n become one below m * n; low bytes go out as soon as the bound allows; and so on with half as many. Only
/// <see cref="Decode"/> divides, and it is used on public values alone.
/// </remarks>
internal static class NtruCoding
{
    /// <summary>A bound from which a byte is split off.</summary>
    private const uint Limit = 1 << 14;

    /// <summary>Encodes numbers, each below the same bound.</summary>
    /// <returns>The bytes written.</returns>
    public static int Encode(ReadOnlySpan<ushort> numbers, ushort bound, Span<byte> output)
    {
        uint[] values = new uint[numbers.Length];
        uint[] bounds = new uint[numbers.Length];
        for (int i = 0; i < numbers.Length; i++)
            (values[i], bounds[i]) = (numbers[i], bound);

        int written = 0;
        int count = numbers.Length;
        for (; count > 1; count = (count + 1) / 2)
        {
            for (int i = 0; i < count; i += 2)
            {
                bool isPair = i + 1 < count;
                uint value = isPair ? values[i] + (values[i + 1] * bounds[i]) : values[i];
                uint limit = isPair ? bounds[i] * bounds[i + 1] : bounds[i];
                for (; isPair && limit >= Limit; limit = (limit + 255) >> 8)
                {
                    output[written++] = (byte)value;
                    value >>= 8;
                }

                (values[i / 2], bounds[i / 2]) = (value, limit);
            }
        }

        for (; bounds[0] > 1; bounds[0] = (bounds[0] + 255) >> 8)
        {
            output[written++] = (byte)values[0];
            values[0] >>= 8;
        }

        Array.Clear(values);
        return written;
    }

    /// <summary>Decodes public numbers, each below the same bound. Any input of the right length decodes to something.</summary>
    public static void Decode(ReadOnlySpan<byte> input, ushort bound, Span<ushort> numbers)
    {
        uint[] bounds = new uint[numbers.Length];
        Array.Fill(bounds, bound);
        DecodeLevel(input, bounds).AsSpan().CopyTo(numbers);
    }

    private static ushort[] DecodeLevel(ReadOnlySpan<byte> input, uint[] bounds)
    {
        if (bounds.Length == 1)
            return [(ushort)((bounds[0] > 256 ? input[0] | ((uint)input[1] << 8) : bounds[0] > 1 ? input[0] : 0) % bounds[0])];

        // What the encoder has split off of each pair, and the bound that was left.
        uint[] upperBounds = new uint[(bounds.Length + 1) / 2];
        (uint Value, int Bits)[] low = new (uint, int)[bounds.Length / 2];
        int read = 0;
        for (int i = 0; i < low.Length; i++)
        {
            uint limit = bounds[2 * i] * bounds[(2 * i) + 1];
            for (; limit >= Limit; limit = (limit + 255) >> 8)
            {
                low[i].Value |= (uint)input[read++] << low[i].Bits;
                low[i].Bits += 8;
            }

            upperBounds[i] = limit;
        }

        if (bounds.Length % 2 == 1)
            upperBounds[^1] = bounds[^1];

        ushort[] upper = DecodeLevel(input[read..], upperBounds);
        ushort[] numbers = new ushort[bounds.Length];
        for (int i = 0; i < low.Length; i++)
        {
            uint pair = low[i].Value + ((uint)upper[i] << low[i].Bits);
            numbers[2 * i] = (ushort)(pair % bounds[2 * i]);
            numbers[(2 * i) + 1] = (ushort)(pair / bounds[2 * i] % bounds[(2 * i) + 1]);
        }

        if (bounds.Length % 2 == 1)
            numbers[^1] = upper[^1];
        return numbers;
    }
}
