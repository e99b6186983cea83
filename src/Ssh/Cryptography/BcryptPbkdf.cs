using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Teleport.Ssh.Cryptography;

/// <summary>Derives keys from passphrases as OpenSSH's private key files do: PBKDF2's loop around a bcrypt hash.</summary>
/// <remarks>The output of block i is spread over the key: byte j of it is byte j * blocks + i of the key.</remarks>
internal static class BcryptPbkdf
{
    private const int HashSize = 32;
    private const int Expansions = 64;

    private static ReadOnlySpan<byte> Plaintext => "OxychromaticBlowfishSwatDynamite"u8;

    public static byte[] Derive(ReadOnlySpan<byte> passphrase, ReadOnlySpan<byte> salt, int rounds, int length)
    {
        byte[] key = new byte[length];
        int blocks = (length + HashSize - 1) / HashSize;
        Span<byte> secretHash = stackalloc byte[SHA512.HashSizeInBytes];
        SHA512.HashData(passphrase, secretHash);

        byte[] countedSalt = [.. salt, 0, 0, 0, 0];
        Span<byte> saltHash = stackalloc byte[SHA512.HashSizeInBytes];
        Span<byte> block = stackalloc byte[HashSize];
        Span<byte> sum = stackalloc byte[HashSize];
        for (int i = 0; i < blocks; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(countedSalt.AsSpan(salt.Length), i + 1);
            SHA512.HashData(countedSalt, saltHash);
            Hash(secretHash, saltHash, block);
            block.CopyTo(sum);
            for (int round = 1; round < rounds; round++)
            {
                SHA512.HashData(block, saltHash);
                Hash(secretHash, saltHash, block);
                for (int j = 0; j < HashSize; j++)
                    sum[j] ^= block[j];
            }

            for (int j = 0; j < HashSize && (j * blocks) + i < length; j++)
                key[(j * blocks) + i] = sum[j];
        }

        CryptographicOperations.ZeroMemory(secretHash);
        CryptographicOperations.ZeroMemory(sum);
        CryptographicOperations.ZeroMemory(block);
        return key;
    }

    private static void Hash(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> salt, Span<byte> output)
    {
        BlowfishSchedule schedule = new();
        schedule.Expand(salt, secret);
        for (int i = 0; i < Expansions; i++)
        {
            schedule.Expand(default, salt);
            schedule.Expand(default, secret);
        }

        for (int offset = 0; offset < HashSize; offset += 8)
        {
            uint left = BinaryPrimitives.ReadUInt32BigEndian(Plaintext[offset..]);
            uint right = BinaryPrimitives.ReadUInt32BigEndian(Plaintext[(offset + 4)..]);
            for (int i = 0; i < Expansions; i++)
                schedule.Encrypt(ref left, ref right);

            BinaryPrimitives.WriteUInt32LittleEndian(output[offset..], left);
            BinaryPrimitives.WriteUInt32LittleEndian(output[(offset + 4)..], right);
        }
    }
}
