using System.Runtime.InteropServices;
using Org.BouncyCastle.Crypto.Parameters;

namespace Teleport.Ssh.Cryptography;

/// <summary>Poly1305, one-time keyed: a new key for every message.</summary>
internal abstract partial class Poly1305 : IDisposable
{
    public const int TagSize = 16;

    // EVP_MAC came with OpenSSL 3.0; what 1.1 offers in its place allocates a key object per packet.
    public static Poly1305 Create() => LibCrypto.Has("EVP_MAC_fetch") ? new Native() : CreatePortable();

    /// <summary>The fallback, also for tests that compare both.</summary>
    public static Poly1305 CreatePortable() => new Portable();

    public abstract void Compute(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, Span<byte> tag);

    public abstract void Dispose();

    private sealed partial class Native : Poly1305
    {
        private static readonly nint Algorithm = EVP_MAC_fetch(0, "POLY1305", null);
        private readonly Context _context = EVP_MAC_CTX_new(Algorithm);

        public override void Compute(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, Span<byte> tag)
        {
            LibCrypto.Check(EVP_MAC_init(_context, key, (nuint)key.Length, 0), "EVP_MAC_init");
            LibCrypto.Check(EVP_MAC_update(_context, message, (nuint)message.Length), "EVP_MAC_update");
            LibCrypto.Check(EVP_MAC_final(_context, tag, out _, (nuint)tag.Length), "EVP_MAC_final");
        }

        public override void Dispose() => _context.Dispose();

        [LibraryImport(LibCrypto.Name, StringMarshalling = StringMarshalling.Utf8)]
        private static partial nint EVP_MAC_fetch(nint library, string algorithm, string? properties);

        [LibraryImport(LibCrypto.Name)]
        private static partial Context EVP_MAC_CTX_new(nint mac);

        [LibraryImport(LibCrypto.Name)]
        private static partial void EVP_MAC_CTX_free(nint context);

        [LibraryImport(LibCrypto.Name)]
        private static partial int EVP_MAC_init(Context context, ReadOnlySpan<byte> key, nuint keyLength, nint parameters);

        [LibraryImport(LibCrypto.Name)]
        private static partial int EVP_MAC_update(Context context, ReadOnlySpan<byte> data, nuint length);

        [LibraryImport(LibCrypto.Name)]
        private static partial int EVP_MAC_final(Context context, Span<byte> output, out nuint outputLength, nuint outputSize);

        private sealed class Context() : SafeHandle(0, ownsHandle: true)
        {
            public override bool IsInvalid => handle == 0;

            protected override bool ReleaseHandle()
            {
                EVP_MAC_CTX_free(handle);
                return true;
            }
        }
    }

    private sealed class Portable : Poly1305
    {
        private readonly Org.BouncyCastle.Crypto.Macs.Poly1305 _mac = new();

        public override void Compute(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, Span<byte> tag)
        {
            _mac.Init(new KeyParameter(key));
            _mac.BlockUpdate(message);
            _mac.DoFinal(tag);
        }

        public override void Dispose() => _mac.Reset();
    }
}
