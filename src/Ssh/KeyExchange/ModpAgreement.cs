using System.Security.Cryptography;
using Teleport.Ssh.Cryptography;

namespace Teleport.Ssh.KeyExchange;

/// <summary>diffie-hellman-group14-sha256 and -group16-sha512 (RFC 8268): generator 2, safe primes of RFC 3526.</summary>
internal sealed class ModpAgreement : KeyAgreement
{
    private static readonly byte[] Generator = [2];

    private readonly byte[] _prime;
    private readonly byte[] _exponent;

    /// <param name="prime">The group's prime, big-endian.</param>
    /// <param name="exponentBits">Length of the secret exponent: twice the strength of the group suffices (RFC 4419 section 6.2).</param>
    public ModpAgreement(byte[] prime, int exponentBits)
    {
        _prime = prime;
        _exponent = RandomNumberGenerator.GetBytes(exponentBits / 8);
        _exponent[0] |= 0x80; // never short
    }

    public override byte[] CreateInit() => SharedSecret.Mpint(ModularExponent.Compute(Generator, _exponent, _prime));

    public override (byte[] Secret, byte[] Reply) Respond(ReadOnlySpan<byte> init) => (Complete(init), CreateInit());

    public override byte[] Complete(ReadOnlySpan<byte> reply)
    {
        byte[] secret = ModularExponent.Compute(Validate(reply), _exponent, _prime);
        byte[] encoded = SharedSecret.AsMpint(secret);
        CryptographicOperations.ZeroMemory(secret);
        return encoded;
    }

    public override void Dispose() => CryptographicOperations.ZeroMemory(_exponent);

    /// <summary>Accepts 2 to p - 2 only: the others give a secret that anybody can guess (RFC 4253 section 8).</summary>
    private ReadOnlySpan<byte> Validate(ReadOnlySpan<byte> mpint)
    {
        if (mpint.IsEmpty || (mpint[0] & 0x80) != 0)
            throw new SshProtocolException("The peer's Diffie-Hellman value is zero or negative.");
        if (mpint[0] == 0 && (mpint.Length == 1 || (mpint[1] & 0x80) == 0))
            throw new SshProtocolException("The peer's Diffie-Hellman value is not a canonical mpint.");

        ReadOnlySpan<byte> value = mpint.TrimStart((byte)0);
        bool tooSmall = value.Length == 1 && value[0] < 2;
        bool tooLarge = value.Length > _prime.Length || (value.Length == _prime.Length && value.SequenceCompareTo(PrimeMinusOne()) >= 0);
        if (tooSmall || tooLarge)
            throw new SshProtocolException("The peer's Diffie-Hellman value is outside 2 to p - 2.");

        return value;
    }

    private byte[] PrimeMinusOne()
    {
        byte[] value = [.. _prime];
        value[^1]--; // the prime is odd
        return value;
    }
}
