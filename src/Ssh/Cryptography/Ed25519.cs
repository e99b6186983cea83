using System.Runtime.InteropServices;

namespace Teleport.Ssh.Cryptography;

/// <summary>Signatures on Edwards25519 (RFC 8032): libcrypto, or BouncyCastle.</summary>
internal static partial class Ed25519
{
    public const int SeedSize = 32;
    public const int PublicKeySize = 32;
    public const int SignatureSize = 64;

    private const int EvpPkeyEd25519 = 1087;

    private static bool UseNative { get; } = LibCrypto.Has("EVP_DigestSign") && LibCrypto.Has("EVP_PKEY_new_raw_private_key");

    /// <summary>Prepares a private key for signing; the seed is copied.</summary>
    public static Signer CreateSigner(ReadOnlySpan<byte> seed) => UseNative ? new NativeSigner(seed) : new ManagedSigner(seed);

    /// <summary>Whether the signature is the key's for the data; false also for values of the wrong size.</summary>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (publicKey.Length != PublicKeySize || signature.Length != SignatureSize)
            return false;
        if (!UseNative)
            return VerifyManaged(publicKey, data, signature);

        using KeyHandle key = EVP_PKEY_new_raw_public_key(EvpPkeyEd25519, 0, publicKey, PublicKeySize);
        using DigestContext context = EVP_MD_CTX_new();
        if (!key.IsInvalid && EVP_DigestVerifyInit(context, 0, 0, 0, key) > 0
            && EVP_DigestVerify(context, signature, SignatureSize, data, (nuint)data.Length) == 1)
            return true;

        LibCrypto.ClearErrors();
        return false;
    }

    internal static bool VerifyManaged(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        Org.BouncyCastle.Math.EC.Rfc8032.Ed25519.Verify(signature.ToArray(), 0, publicKey.ToArray(), 0, data.ToArray(), 0, data.Length);

    /// <summary>A private key ready to sign. Safe for concurrent use.</summary>
    internal abstract class Signer : IDisposable
    {
        public byte[] PublicKey { get; protected init; } = new byte[PublicKeySize];

        public abstract byte[] Sign(ReadOnlySpan<byte> data);

        public abstract void Dispose();
    }

    internal sealed class ManagedSigner : Signer
    {
        private readonly byte[] _seed;

        public ManagedSigner(ReadOnlySpan<byte> seed)
        {
            _seed = seed.ToArray();
            Org.BouncyCastle.Math.EC.Rfc8032.Ed25519.GeneratePublicKey(_seed, 0, PublicKey, 0);
        }

        public override byte[] Sign(ReadOnlySpan<byte> data)
        {
            byte[] signature = new byte[SignatureSize];
            Org.BouncyCastle.Math.EC.Rfc8032.Ed25519.Sign(_seed, 0, PublicKey, 0, data.ToArray(), 0, data.Length, signature, 0);
            return signature;
        }

        public override void Dispose() => System.Security.Cryptography.CryptographicOperations.ZeroMemory(_seed);
    }

    internal sealed class NativeSigner : Signer
    {
        private readonly KeyHandle _key;

        public NativeSigner(ReadOnlySpan<byte> seed)
        {
            _key = EVP_PKEY_new_raw_private_key(EvpPkeyEd25519, 0, seed, (nuint)seed.Length);
            LibCrypto.Check(_key.IsInvalid ? 0 : 1, "EVP_PKEY_new_raw_private_key");
            nuint length = PublicKeySize;
            LibCrypto.Check(EVP_PKEY_get_raw_public_key(_key, PublicKey, ref length), "EVP_PKEY_get_raw_public_key");
        }

        public override byte[] Sign(ReadOnlySpan<byte> data)
        {
            using DigestContext context = EVP_MD_CTX_new();
            LibCrypto.Check(EVP_DigestSignInit(context, 0, 0, 0, _key), "EVP_DigestSignInit");
            byte[] signature = new byte[SignatureSize];
            nuint length = SignatureSize;
            LibCrypto.Check(EVP_DigestSign(context, signature, ref length, data, (nuint)data.Length), "EVP_DigestSign");
            return signature;
        }

        public override void Dispose() => _key.Dispose();
    }

    [LibraryImport(LibCrypto.Name)]
    private static partial KeyHandle EVP_PKEY_new_raw_private_key(int type, nint engine, ReadOnlySpan<byte> key, nuint length);

    [LibraryImport(LibCrypto.Name)]
    private static partial KeyHandle EVP_PKEY_new_raw_public_key(int type, nint engine, ReadOnlySpan<byte> key, nuint length);

    [LibraryImport(LibCrypto.Name)]
    private static partial int EVP_PKEY_get_raw_public_key(KeyHandle key, Span<byte> output, ref nuint length);

    [LibraryImport(LibCrypto.Name)]
    private static partial void EVP_PKEY_free(nint key);

    [LibraryImport(LibCrypto.Name)]
    private static partial DigestContext EVP_MD_CTX_new();

    [LibraryImport(LibCrypto.Name)]
    private static partial void EVP_MD_CTX_free(nint context);

    [LibraryImport(LibCrypto.Name)]
    private static partial int EVP_DigestSignInit(DigestContext context, nint pkeyContext, nint digest, nint engine, KeyHandle key);

    [LibraryImport(LibCrypto.Name)]
    private static partial int EVP_DigestSign(
        DigestContext context, Span<byte> signature, ref nuint signatureLength, ReadOnlySpan<byte> data, nuint dataLength);

    [LibraryImport(LibCrypto.Name)]
    private static partial int EVP_DigestVerifyInit(DigestContext context, nint pkeyContext, nint digest, nint engine, KeyHandle key);

    [LibraryImport(LibCrypto.Name)]
    private static partial int EVP_DigestVerify(
        DigestContext context, ReadOnlySpan<byte> signature, nuint signatureLength, ReadOnlySpan<byte> data, nuint dataLength);

    private sealed class KeyHandle() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            EVP_PKEY_free(handle);
            return true;
        }
    }

    private sealed class DigestContext() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            EVP_MD_CTX_free(handle);
            return true;
        }
    }
}
