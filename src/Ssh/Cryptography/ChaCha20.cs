using System.Buffers.Binary;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Parameters;

namespace Teleport.Ssh.Cryptography;

/// <summary>The original ChaCha20 with a 64-bit counter and a 64-bit nonce, as chacha20-poly1305@openssh.com uses it.</summary>
internal abstract class ChaCha20 : IDisposable
{
    public static ChaCha20 Create(ReadOnlySpan<byte> key) => LibCrypto.IsAvailable ? new Native(key) : CreatePortable(key);

    /// <summary>The fallback, also for tests that compare both.</summary>
    public static ChaCha20 CreatePortable(ReadOnlySpan<byte> key) => new Portable(key);

    /// <summary>Starts the key stream of a nonce at block 0.</summary>
    public abstract void Start(ulong nonce);

    /// <summary>Encrypts or decrypts the next bytes; both spans may be the same. Only the last call of a nonce may end within a block.</summary>
    public abstract void Transform(ReadOnlySpan<byte> source, Span<byte> destination);

    public abstract void Dispose();

    private sealed class Native : ChaCha20
    {
        private readonly EvpCipher _cipher;

        public Native(ReadOnlySpan<byte> key)
        {
            Span<byte> iv = stackalloc byte[16];
            iv.Clear();
            _cipher = EvpCipher.ChaCha20(key, iv);
        }

        public override void Start(ulong nonce)
        {
            Span<byte> iv = stackalloc byte[16];
            iv.Clear();
            BinaryPrimitives.WriteUInt64BigEndian(iv[8..], nonce);
            _cipher.Restart(iv);
        }

        public override void Transform(ReadOnlySpan<byte> source, Span<byte> destination) => _cipher.Transform(source, destination);

        public override void Dispose() => _cipher.Dispose();
    }

    private sealed class Portable(ReadOnlySpan<byte> key) : ChaCha20
    {
        private readonly KeyParameter _key = new(key);
        private readonly ChaChaEngine _engine = new();

        public override void Start(ulong nonce)
        {
            byte[] iv = new byte[8];
            BinaryPrimitives.WriteUInt64BigEndian(iv, nonce);
            _engine.Init(forEncryption: true, new ParametersWithIV(_key, iv));
        }

        public override void Transform(ReadOnlySpan<byte> source, Span<byte> destination) => _engine.ProcessBytes(source, destination);

        public override void Dispose() => _engine.Reset();
    }
}
