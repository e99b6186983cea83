using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Kems;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Security;

namespace Teleport.Ssh.Cryptography;

/// <summary>ML-KEM-768 (FIPS 203): the base library where its libcrypto has it (OpenSSL 3.5), else BouncyCastle.</summary>
internal abstract class MlKem768 : IDisposable
{
    public const int PublicKeySize = 1184;
    public const int CiphertextSize = 1088;
    public const int SecretSize = 32;

    public abstract ReadOnlySpan<byte> PublicKey { get; }

    public static MlKem768 Generate() => MLKem.IsSupported ? new Native() : new Portable();

    /// <summary>Makes a secret that only the holder of <paramref name="publicKey"/> can open.</summary>
    /// <exception cref="SshProtocolException">The key has the wrong size or is not a valid encoding.</exception>
    public static (byte[] Secret, byte[] Ciphertext) Encapsulate(ReadOnlySpan<byte> publicKey)
    {
        if (publicKey.Length != PublicKeySize)
            throw new SshProtocolException($"The peer's ML-KEM-768 key has {publicKey.Length} bytes instead of {PublicKeySize}.");

        byte[] secret = new byte[SecretSize];
        byte[] ciphertext = new byte[CiphertextSize];
        try
        {
            if (MLKem.IsSupported)
            {
                using MLKem kem = MLKem.ImportEncapsulationKey(MLKemAlgorithm.MLKem768, publicKey);
                kem.Encapsulate(ciphertext, secret);
            }
            else
            {
                MLKemEncapsulator kem = new(MLKemParameters.ml_kem_768);
                kem.Init(MLKemPublicKeyParameters.FromEncoding(MLKemParameters.ml_kem_768, publicKey.ToArray()));
                kem.Encapsulate(ciphertext, secret);
            }
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException or InvalidOperationException)
        {
            throw new SshProtocolException("The peer's ML-KEM-768 key is not a valid encoding.", exception);
        }

        return (secret, ciphertext);
    }

    /// <summary>Opens a secret that the peer made for <see cref="PublicKey"/>; a forged one yields another secret (FIPS 203).</summary>
    /// <exception cref="SshProtocolException">The ciphertext has the wrong size.</exception>
    public byte[] Decapsulate(ReadOnlySpan<byte> ciphertext)
    {
        if (ciphertext.Length != CiphertextSize)
            throw new SshProtocolException($"The peer's ML-KEM-768 ciphertext has {ciphertext.Length} bytes instead of {CiphertextSize}.");

        byte[] secret = new byte[SecretSize];
        DecapsulateCore(ciphertext, secret);
        return secret;
    }

    public abstract void Dispose();

    protected abstract void DecapsulateCore(ReadOnlySpan<byte> ciphertext, Span<byte> secret);

    private sealed class Native : MlKem768
    {
        private readonly MLKem _kem = MLKem.GenerateKey(MLKemAlgorithm.MLKem768);
        private readonly byte[] _publicKey;

        public Native() => _publicKey = _kem.ExportEncapsulationKey();

        public override ReadOnlySpan<byte> PublicKey => _publicKey;

        public override void Dispose() => _kem.Dispose();

        protected override void DecapsulateCore(ReadOnlySpan<byte> ciphertext, Span<byte> secret) => _kem.Decapsulate(ciphertext, secret);
    }

    private sealed class Portable : MlKem768
    {
        private readonly MLKemPrivateKeyParameters _privateKey;
        private readonly byte[] _publicKey;

        public Portable()
        {
            MLKemKeyPairGenerator generator = new();
            generator.Init(new MLKemKeyGenerationParameters(new SecureRandom(), MLKemParameters.ml_kem_768));
            _privateKey = (MLKemPrivateKeyParameters)generator.GenerateKeyPair().Private;
            _publicKey = _privateKey.GetPublicKeyEncoded();
        }

        public override ReadOnlySpan<byte> PublicKey => _publicKey;

        public override void Dispose()
        {
            // BouncyCastle keeps the key in managed arrays of its own, which cannot be wiped from here.
        }

        protected override void DecapsulateCore(ReadOnlySpan<byte> ciphertext, Span<byte> secret)
        {
            MLKemDecapsulator kem = new(MLKemParameters.ml_kem_768);
            kem.Init(_privateKey);
            kem.Decapsulate(ciphertext, secret);
        }
    }
}
