using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Teleport.Ssh.Cryptography;

/// <summary>Diffie-Hellman on Curve25519 (RFC 7748): libcrypto, or BouncyCastle.</summary>
internal static partial class X25519
{
    public const int KeySize = 32;
    private const int EvpPkeyX25519 = 1034;

    private static bool UseNative { get; } = LibCrypto.Has("EVP_PKEY_new_raw_private_key");

    /// <summary>Makes a key pair: both arrays have <see cref="KeySize"/> bytes; the caller wipes the private one.</summary>
    public static (byte[] PrivateKey, byte[] PublicKey) Generate()
    {
        byte[] privateKey = RandomNumberGenerator.GetBytes(KeySize);
        byte[] publicKey = new byte[KeySize];
        if (!UseNative)
        {
            Org.BouncyCastle.Math.EC.Rfc7748.X25519.ScalarMultBase(privateKey, publicKey);
            return (privateKey, publicKey);
        }

        using Key key = EVP_PKEY_new_raw_private_key(EvpPkeyX25519, 0, privateKey, KeySize);
        nuint length = KeySize;
        LibCrypto.Check(EVP_PKEY_get_raw_public_key(key, publicKey, ref length), "EVP_PKEY_get_raw_public_key");
        return (privateKey, publicKey);
    }

    /// <summary>Computes the shared secret.</summary>
    /// <exception cref="SshProtocolException">
    /// The peer's value has the wrong size, or is of low order, so that the secret would be all zero (RFC 8731 section 3).
    /// </exception>
    public static byte[] Agree(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> peerPublicKey)
    {
        if (peerPublicKey.Length != KeySize)
            throw new SshProtocolException($"The peer's X25519 value has {peerPublicKey.Length} bytes instead of {KeySize}.");

        byte[] secret = new byte[KeySize];
        bool agreed = UseNative
            ? AgreeNative(privateKey, peerPublicKey, secret)
            : Org.BouncyCastle.Math.EC.Rfc7748.X25519.CalculateAgreement(privateKey, peerPublicKey, secret);

        Span<byte> zero = stackalloc byte[KeySize];
        zero.Clear();
        if (!agreed || CryptographicOperations.FixedTimeEquals(secret, zero))
            throw new SshProtocolException("The peer's X25519 value is of low order: the shared secret would be zero.");

        return secret;
    }

    private static bool AgreeNative(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> peerPublicKey, Span<byte> secret)
    {
        using Key own = EVP_PKEY_new_raw_private_key(EvpPkeyX25519, 0, privateKey, KeySize);
        using Key peer = EVP_PKEY_new_raw_public_key(EvpPkeyX25519, 0, peerPublicKey, KeySize);
        using KeyContext context = EVP_PKEY_CTX_new(own, 0);
        LibCrypto.Check(EVP_PKEY_derive_init(context), "EVP_PKEY_derive_init");
        LibCrypto.Check(EVP_PKEY_derive_set_peer(context, peer), "EVP_PKEY_derive_set_peer");
        nuint length = KeySize;
        if (EVP_PKEY_derive(context, secret, ref length) > 0)
            return true;

        LibCrypto.ClearErrors(); // the result was zero
        return false;
    }

    [LibraryImport(LibCrypto.Name)]
    private static partial Key EVP_PKEY_new_raw_private_key(int type, nint engine, ReadOnlySpan<byte> key, nuint length);

    [LibraryImport(LibCrypto.Name)]
    private static partial Key EVP_PKEY_new_raw_public_key(int type, nint engine, ReadOnlySpan<byte> key, nuint length);

    [LibraryImport(LibCrypto.Name)]
    private static partial int EVP_PKEY_get_raw_public_key(Key key, Span<byte> output, ref nuint length);

    [LibraryImport(LibCrypto.Name)]
    private static partial void EVP_PKEY_free(nint key);

    [LibraryImport(LibCrypto.Name)]
    private static partial KeyContext EVP_PKEY_CTX_new(Key key, nint engine);

    [LibraryImport(LibCrypto.Name)]
    private static partial void EVP_PKEY_CTX_free(nint context);

    [LibraryImport(LibCrypto.Name)]
    private static partial int EVP_PKEY_derive_init(KeyContext context);

    [LibraryImport(LibCrypto.Name)]
    private static partial int EVP_PKEY_derive_set_peer(KeyContext context, Key peer);

    [LibraryImport(LibCrypto.Name)]
    private static partial int EVP_PKEY_derive(KeyContext context, Span<byte> secret, ref nuint length);

    private sealed class Key() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            EVP_PKEY_free(handle);
            return true;
        }
    }

    private sealed class KeyContext() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            EVP_PKEY_CTX_free(handle);
            return true;
        }
    }
}
