using System.Numerics;
using System.Security.Cryptography;

namespace Teleport.Ssh.Keys.Algorithms;

/// <summary>ssh-rsa (RFC 4253 section 6.6): mpint e, mpint n; signatures by rsa-sha2-512 and rsa-sha2-256 only (RFC 8332).</summary>
/// <remarks>Size and exponent are bounded because a verification's cost grows with both (H06).</remarks>
internal sealed class RsaPublicKey : SshPublicKey
{
    public const int MinBits = 2048;
    public const int MaxBits = 8192;
    private const int MaxExponentBytes = 4;

    private static readonly string[] Algorithms = [KeyTypes.RsaSha512, KeyTypes.RsaSha256];

    private readonly RSAParameters _parameters;

    public RsaPublicKey(ReadOnlySpan<byte> exponent, ReadOnlySpan<byte> modulus)
        : base(KeyTypes.Rsa, Encode(exponent, modulus))
    {
        int bits = (modulus.Length * 8) - BitOperations.LeadingZeroCount((uint)(modulus.IsEmpty ? 0 : modulus[0])) + 24;
        if (bits is < MinBits or > MaxBits || (modulus[^1] & 1) == 0)
            throw new SshKeyException($"An RSA key of {bits} bits is refused: {MinBits} to {MaxBits} are allowed. Make an Ed25519 key: ssh-keygen -t ed25519.");
        if (exponent.Length is 0 or > MaxExponentBytes || (exponent[^1] & 1) == 0 || (exponent.Length == 1 && exponent[0] < 3))
            throw new SshKeyException("An RSA key is refused because its public exponent is even, 1, or longer than 32 bits.");

        _parameters = new RSAParameters { Exponent = exponent.ToArray(), Modulus = modulus.ToArray() };
    }

    public override IReadOnlyList<string> SignatureAlgorithms => Algorithms;

    public static RsaPublicKey Read(ref SshReader reader)
    {
        ReadOnlySpan<byte> exponent = reader.ReadMpint(maxBytes: 8192);
        ReadOnlySpan<byte> modulus = reader.ReadMpint(maxBytes: 8192);
        return new RsaPublicKey(exponent, modulus);
    }

    public static HashAlgorithmName HashOf(string algorithm) => algorithm switch
    {
        KeyTypes.RsaSha512 => HashAlgorithmName.SHA512,
        KeyTypes.RsaSha256 => HashAlgorithmName.SHA256,
        _ => throw new SshKeyException(
            $"RSA keys do not sign with '{algorithm}' here: only {KeyTypes.RsaSha512} and {KeyTypes.RsaSha256} are secure. Update the peer."),
    };

    private protected override bool VerifyValue(string algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> value, ReadOnlySpan<byte> rest)
    {
        int size = _parameters.Modulus!.Length;
        if (!rest.IsEmpty || value.Length > size)
            return false;

        // Some signers drop leading zeros, as the value is formally a number.
        Span<byte> padded = stackalloc byte[size];
        padded.Clear();
        value.CopyTo(padded[(size - value.Length)..]);

        using RSA key = RSA.Create(_parameters);
        return key.VerifyData(data, padded, HashOf(algorithm), RSASignaturePadding.Pkcs1);
    }

    private static byte[] Encode(ReadOnlySpan<byte> exponent, ReadOnlySpan<byte> modulus)
    {
        System.Buffers.ArrayBufferWriter<byte> buffer = new();
        SshWriter writer = new(buffer);
        writer.WriteString(KeyTypes.Rsa);
        writer.WriteMpint(exponent);
        writer.WriteMpint(modulus);
        return buffer.WrittenSpan.ToArray();
    }
}
