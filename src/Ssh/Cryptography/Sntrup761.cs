using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Teleport.Ssh.Cryptography.NtruPrime;

namespace Teleport.Ssh.Cryptography;

/// <summary>Streamlined NTRU Prime 761 (NTRU Prime round 3), which OpenSSH 8.5 to 9.8 prefers.</summary>
/// <remarks>
/// Our own, because the only library that has it needs 8 ms to encapsulate and 50 ms for a client's part, each login anew; this takes
/// a fiftieth. It is only ever used beside X25519, so that a mistake here cannot make a connection weaker than that; tests compare it
/// with that library. Constant time as far as secrets are concerned. See docs/decisions for the reasoning.
/// </remarks>
internal sealed class Sntrup761 : IDisposable
{
    public const int PublicKeySize = 1158;
    public const int CiphertextSize = RoundedSize + HashSize;
    public const int SecretSize = HashSize;

    private const int RoundedSize = 1007;
    private const int HashSize = 32;
    private const int Half = NtruRing.Modulus / 2;
    private const ushort RoundedBound = (NtruRing.Modulus + 2) / 3;

    // What a hash is for, put before its input.
    private const byte OfRejected = 0;
    private const byte OfSession = 1;
    private const byte OfConfirmation = 2;
    private const byte OfPlaintext = 3;
    private const byte OfPublicKey = 4;

    private readonly sbyte[] _f;
    private readonly sbyte[] _inverseG;
    private readonly byte[] _forRejected = RandomNumberGenerator.GetBytes(SmallPolynomials.EncodedSize);

    private Sntrup761(sbyte[] f, sbyte[] inverseG, byte[] publicKey)
    {
        _f = f;
        _inverseG = inverseG;
        PublicKey = publicKey;
    }

    public byte[] PublicKey { get; }

    /// <summary>Makes a key pair: h = g / 3f is public, f and 1 / g are secret.</summary>
    public static Sntrup761 Generate()
    {
        Span<int> inverse = stackalloc int[NtruRing.Padded];
        Span<int> quotient = stackalloc int[NtruRing.Padded];
        inverse.Clear();
        quotient.Clear();

        sbyte[] g = SmallPolynomials.Random();
        while (!NtruRing.TryDivide(1, g, 3, inverse))
            g = SmallPolynomials.Random();

        // A short polynomial always has an inverse modulo 4591: the ring is a field.
        sbyte[] f = SmallPolynomials.RandomShort();
        _ = NtruRing.TryDivide(NtruRing.Invert(3, NtruRing.Modulus), f, NtruRing.Modulus, quotient);
        NtruRing.Multiply(quotient, g, NtruRing.Modulus, quotient);

        Span<ushort> numbers = stackalloc ushort[NtruRing.Degree];
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = (ushort)(quotient[i] + Half);
        byte[] publicKey = new byte[PublicKeySize];
        _ = NtruCoding.Encode(numbers, NtruRing.Modulus, publicKey);

        Sntrup761 key = new(f, ToSmall(inverse), publicKey);
        Wipe(g);
        NtruRing.Wipe(inverse);
        return key;
    }

    /// <summary>Makes a secret that only the holder of <paramref name="publicKey"/> can open.</summary>
    /// <exception cref="SshProtocolException">The key has the wrong size.</exception>
    public static (byte[] Secret, byte[] Ciphertext) Encapsulate(ReadOnlySpan<byte> publicKey)
    {
        if (publicKey.Length != PublicKeySize)
            throw new SshProtocolException($"The peer's sntrup761 key has {publicKey.Length} bytes instead of {PublicKeySize}.");

        sbyte[] plaintext = SmallPolynomials.RandomShort();
        byte[] encoded = SmallPolynomials.Encode(plaintext);
        byte[] ciphertext = Encrypt(plaintext, encoded, publicKey);
        byte[] secret = SessionKey(OfSession, encoded, ciphertext);
        Wipe(plaintext);
        CryptographicOperations.ZeroMemory(encoded);
        return (secret, ciphertext);
    }

    /// <summary>Opens a secret that the peer made for <see cref="PublicKey"/>; a forged one yields another secret.</summary>
    /// <exception cref="SshProtocolException">The ciphertext has the wrong size.</exception>
    public byte[] Decapsulate(ReadOnlySpan<byte> ciphertext)
    {
        if (ciphertext.Length != CiphertextSize)
            throw new SshProtocolException($"The peer's sntrup761 ciphertext has {ciphertext.Length} bytes instead of {CiphertextSize}.");

        sbyte[] plaintext = Decrypt(ciphertext[..RoundedSize]);
        byte[] encoded = SmallPolynomials.Encode(plaintext);

        // Encrypted again, an honest ciphertext comes out the same. For another, the secret is that of a random plaintext.
        int isSame = CryptographicOperations.FixedTimeEquals(Encrypt(plaintext, encoded, PublicKey), ciphertext) ? 1 : 0;
        for (int i = 0; i < encoded.Length; i++)
            encoded[i] = (byte)((encoded[i] & -isSame) | (_forRejected[i] & (isSame - 1)));

        byte[] secret = SessionKey((byte)(OfRejected + isSame), encoded, ciphertext);
        Wipe(plaintext);
        CryptographicOperations.ZeroMemory(encoded);
        return secret;
    }

    public void Dispose()
    {
        Wipe(_f);
        Wipe(_inverseG);
        CryptographicOperations.ZeroMemory(_forRejected);
    }

    /// <summary>The rounded product of key and plaintext, then a hash that confirms the knowledge of both.</summary>
    private static byte[] Encrypt(ReadOnlySpan<sbyte> plaintext, ReadOnlySpan<byte> encoded, ReadOnlySpan<byte> publicKey)
    {
        Span<ushort> numbers = stackalloc ushort[NtruRing.Degree];
        Span<int> product = stackalloc int[NtruRing.Padded];
        product.Clear();
        NtruCoding.Decode(publicKey, NtruRing.Modulus, numbers);
        for (int i = 0; i < numbers.Length; i++)
            product[i] = numbers[i] - Half;

        NtruRing.Multiply(product, plaintext, NtruRing.Modulus, product);
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = (ushort)((product[i] - NtruRing.Centre(product[i], 3) + Half) / 3);

        byte[] ciphertext = new byte[CiphertextSize];
        int written = NtruCoding.Encode(numbers, RoundedBound, ciphertext);
        byte[] confirmed = [.. Hash(OfPlaintext, encoded), .. Hash(OfPublicKey, publicKey)];
        Hash(OfConfirmation, confirmed).CopyTo(ciphertext, written);
        CryptographicOperations.ZeroMemory(confirmed);
        NtruRing.Wipe(product);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(numbers));
        return ciphertext;
    }

    /// <summary>(3 f c mod 4591 mod 3) / g; of another weight than a plaintext's, some constant in its place.</summary>
    private sbyte[] Decrypt(ReadOnlySpan<byte> rounded)
    {
        Span<ushort> numbers = stackalloc ushort[NtruRing.Degree];
        Span<int> product = stackalloc int[NtruRing.Padded];
        product.Clear();
        NtruCoding.Decode(rounded, RoundedBound, numbers);
        for (int i = 0; i < numbers.Length; i++)
            product[i] = (numbers[i] * 3) - Half;

        NtruRing.Multiply(product, _f, NtruRing.Modulus, product);
        for (int i = 0; i < NtruRing.Degree; i++)
            product[i] = NtruRing.Centre(NtruRing.Centre(3 * product[i], NtruRing.Modulus), 3);

        NtruRing.Multiply(product, _inverseG, 3, product);
        sbyte[] plaintext = ToSmall(product);
        int weight = 0;
        foreach (sbyte coefficient in plaintext)
            weight += coefficient & 1;

        int wrong = weight - SmallPolynomials.Weight;
        int isWrong = (wrong | -wrong) >> 31;
        for (int i = 0; i < plaintext.Length; i++)
            plaintext[i] = (sbyte)((plaintext[i] & ~isWrong) | ((i < SmallPolynomials.Weight ? 1 : 0) & isWrong));

        NtruRing.Wipe(product);
        return plaintext;
    }

    private static byte[] SessionKey(byte purpose, ReadOnlySpan<byte> encoded, ReadOnlySpan<byte> ciphertext) =>
        Hash(purpose, [.. Hash(OfPlaintext, encoded), .. ciphertext]);

    private static byte[] Hash(byte purpose, ReadOnlySpan<byte> data)
    {
        byte[] input = [purpose, .. data];
        byte[] hash = SHA512.HashData(input);
        CryptographicOperations.ZeroMemory(input);
        return hash[..HashSize];
    }

    private static sbyte[] ToSmall(ReadOnlySpan<int> coefficients)
    {
        sbyte[] small = new sbyte[NtruRing.Degree];
        for (int i = 0; i < small.Length; i++)
            small[i] = (sbyte)coefficients[i];
        return small;
    }

    private static void Wipe(sbyte[] secret) => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(secret.AsSpan()));
}
