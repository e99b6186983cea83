using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Pqc.Crypto.NtruPrime;
using Org.BouncyCastle.Security;

namespace Teleport.Ssh.Cryptography;

/// <summary>Streamlined NTRU Prime 761 by BouncyCastle: slow (about 8 ms to encapsulate), but what OpenSSH 8.5 to 9.8 prefers.</summary>
internal sealed class Sntrup761
{
    public const int PublicKeySize = 1158;
    public const int CiphertextSize = 1039;
    public const int SecretSize = 32;

    private readonly SNtruPrimePrivateKeyParameters _privateKey;

    private Sntrup761(AsymmetricCipherKeyPair pair)
    {
        _privateKey = (SNtruPrimePrivateKeyParameters)pair.Private;
        PublicKey = ((SNtruPrimePublicKeyParameters)pair.Public).GetEncoded();
    }

    public byte[] PublicKey { get; }

    public static Sntrup761 Generate()
    {
        SNtruPrimeKeyPairGenerator generator = new();
        generator.Init(new SNtruPrimeKeyGenerationParameters(new SecureRandom(), SNtruPrimeParameters.sntrup761));
        return new Sntrup761(generator.GenerateKeyPair());
    }

    /// <summary>Makes a secret that only the holder of <paramref name="publicKey"/> can open.</summary>
    /// <exception cref="SshProtocolException">The key has the wrong size.</exception>
    public static (byte[] Secret, byte[] Ciphertext) Encapsulate(ReadOnlySpan<byte> publicKey)
    {
        if (publicKey.Length != PublicKeySize)
            throw new SshProtocolException($"The peer's sntrup761 key has {publicKey.Length} bytes instead of {PublicKeySize}.");

        ISecretWithEncapsulation result = new SNtruPrimeKemGenerator(new SecureRandom())
            .GenerateEncapsulated(new SNtruPrimePublicKeyParameters(SNtruPrimeParameters.sntrup761, publicKey.ToArray()));
        return (result.GetSecret(), result.GetEncapsulation());
    }

    /// <summary>Opens a secret that the peer made for <see cref="PublicKey"/>; a forged one yields another secret.</summary>
    /// <exception cref="SshProtocolException">The ciphertext has the wrong size.</exception>
    public byte[] Decapsulate(ReadOnlySpan<byte> ciphertext)
    {
        if (ciphertext.Length != CiphertextSize)
            throw new SshProtocolException($"The peer's sntrup761 ciphertext has {ciphertext.Length} bytes instead of {CiphertextSize}.");

        return new SNtruPrimeKemExtractor(_privateKey).ExtractSecret(ciphertext.ToArray());
    }
}
