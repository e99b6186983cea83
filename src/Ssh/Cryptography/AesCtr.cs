using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Teleport.Ssh.Cryptography;

/// <summary>AES in counter mode with a running key stream (RFC 4344 section 4): libcrypto, or AES-ECB of the base library.</summary>
internal abstract class AesCtr : IDisposable
{
    public static AesCtr Create(ReadOnlySpan<byte> key, ReadOnlySpan<byte> initialCounter) =>
        LibCrypto.IsAvailable ? new Native(key, initialCounter) : CreatePortable(key, initialCounter);

    /// <summary>The fallback, also for tests that compare both.</summary>
    public static AesCtr CreatePortable(ReadOnlySpan<byte> key, ReadOnlySpan<byte> initialCounter) => new Portable(key, initialCounter);

    /// <summary>Encrypts or decrypts in place.</summary>
    public abstract void Transform(Span<byte> data);

    public abstract void Dispose();

    private sealed class Native(ReadOnlySpan<byte> key, ReadOnlySpan<byte> counter) : AesCtr
    {
        private readonly EvpCipher _cipher = EvpCipher.AesCtr(key, counter);

        public override void Transform(Span<byte> data) => _cipher.Transform(data, data);

        public override void Dispose() => _cipher.Dispose();
    }

    /// <summary>Encrypts a batch of counters at a time, since one call per block would cost more than the cipher.</summary>
    private sealed class Portable : AesCtr
    {
        private const int BlockSize = 16;
        private const int BatchSize = 64 * BlockSize;

        private readonly Aes _aes = Aes.Create();
        private readonly byte[] _counters = new byte[BatchSize];
        private readonly byte[] _keyStream = new byte[BatchSize];
        private UInt128 _counter;
        private int _used = BatchSize;

        public Portable(ReadOnlySpan<byte> key, ReadOnlySpan<byte> counter)
        {
            _aes.SetKey(key);
            _counter = BinaryPrimitives.ReadUInt128BigEndian(counter);
        }

        public override void Transform(Span<byte> data)
        {
            while (!data.IsEmpty)
            {
                if (_used == BatchSize)
                    Refill();

                int count = Math.Min(data.Length, BatchSize - _used);
                Xor(data[..count], _keyStream.AsSpan(_used, count));
                _used += count;
                data = data[count..];
            }
        }

        public override void Dispose()
        {
            _aes.Dispose();
            CryptographicOperations.ZeroMemory(_keyStream);
        }

        private void Refill()
        {
            for (int offset = 0; offset < BatchSize; offset += BlockSize)
                BinaryPrimitives.WriteUInt128BigEndian(_counters.AsSpan(offset), _counter++);

            _aes.EncryptEcb(_counters, _keyStream, PaddingMode.None);
            _used = 0;
        }

        private static void Xor(Span<byte> data, ReadOnlySpan<byte> keyStream)
        {
            int offset = 0;
            for (; offset + Vector<byte>.Count <= data.Length; offset += Vector<byte>.Count)
                (new Vector<byte>(data[offset..]) ^ new Vector<byte>(keyStream[offset..])).CopyTo(data[offset..]);

            for (; offset < data.Length; offset++)
                data[offset] ^= keyStream[offset];
        }
    }
}
