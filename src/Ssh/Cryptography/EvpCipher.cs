using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Teleport.Ssh.Cryptography;

/// <summary>A stream cipher of libcrypto (AES-CTR, ChaCha20) whose state continues from call to call.</summary>
/// <remarks>Not thread-safe: the owner serialises its calls.</remarks>
internal sealed partial class EvpCipher : IDisposable
{
    private readonly Context _context;

    private EvpCipher(nint cipher, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv)
    {
        _context = EVP_CIPHER_CTX_new();
        LibCrypto.Check(EVP_CipherInit_ex(_context, cipher, 0, key, iv, 1), "EVP_CipherInit_ex");
    }

    public static EvpCipher AesCtr(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv) => new(
        key.Length switch
        {
            16 => EVP_aes_128_ctr(),
            24 => EVP_aes_192_ctr(),
            32 => EVP_aes_256_ctr(),
            _ => throw new CryptographicException("An AES key has 16, 24 or 32 bytes."),
        },
        key,
        iv);

    /// <summary>The original ChaCha20: the 16 bytes of <paramref name="iv"/> are the block counter (LE64) and the nonce.</summary>
    public static EvpCipher ChaCha20(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv) => new(EVP_chacha20(), key, iv);

    /// <summary>Restarts the key stream at another counter and nonce with the same key.</summary>
    public void Restart(ReadOnlySpan<byte> iv) =>
        LibCrypto.Check(EVP_CipherInit_ex(_context, 0, 0, default, iv, 1), "EVP_CipherInit_ex");

    /// <summary>Encrypts or decrypts; <paramref name="destination"/> may be the very span of <paramref name="source"/>.</summary>
    public void Transform(ReadOnlySpan<byte> source, Span<byte> destination) =>
        LibCrypto.Check(EVP_CipherUpdate(_context, destination, out _, source, source.Length), "EVP_CipherUpdate");

    public void Dispose() => _context.Dispose();

    [LibraryImport(LibCrypto.Name)]
    private static partial Context EVP_CIPHER_CTX_new();

    [LibraryImport(LibCrypto.Name)]
    private static partial void EVP_CIPHER_CTX_free(nint context);

    [LibraryImport(LibCrypto.Name)]
    private static partial int EVP_CipherInit_ex(
        Context context, nint cipher, nint engine, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, int encrypt);

    [LibraryImport(LibCrypto.Name)]
    private static partial int EVP_CipherUpdate(
        Context context, Span<byte> output, out int outputLength, ReadOnlySpan<byte> input, int inputLength);

    [LibraryImport(LibCrypto.Name)]
    private static partial nint EVP_aes_128_ctr();

    [LibraryImport(LibCrypto.Name)]
    private static partial nint EVP_aes_192_ctr();

    [LibraryImport(LibCrypto.Name)]
    private static partial nint EVP_aes_256_ctr();

    [LibraryImport(LibCrypto.Name)]
    private static partial nint EVP_chacha20();

    private sealed class Context() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            EVP_CIPHER_CTX_free(handle);
            return true;
        }
    }
}
