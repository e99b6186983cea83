using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Teleport.Ssh.Keys.Formats;

/// <summary>The private key files of OpenSSH (its PROTOCOL.key).</summary>
/// <remarks>
/// <code>
/// byte[]  "openssh-key-v1", NUL
/// string  cipher               none, aes256-ctr, ...
/// string  key derivation       none, bcrypt
/// string  its options          bcrypt: string salt, uint32 rounds
/// uint32  number of keys       1
/// string  public key
/// string  private part, encrypted:
///   uint32  check, twice       equal when the passphrase is right
///   string  type, and its fields
///   string  comment
///   byte[]  padding            1, 2, 3, ... up to the cipher's block size
/// </code>
/// </remarks>
internal static class OpenSshPrivateKeyFormat
{
    public const string Label = "OPENSSH PRIVATE KEY";

    private const int MaxFieldLength = 64 * 1024;

    private static ReadOnlySpan<byte> Magic => "openssh-key-v1\0"u8;

    public static SshPrivateKey Read(ReadOnlySpan<byte> data, ReadOnlySpan<char> passphrase)
    {
        SshReader reader = new(data);
        if (!reader.ReadRaw(Magic.Length).SequenceEqual(Magic))
            throw new SshProtocolException("A block named OPENSSH PRIVATE KEY does not begin with openssh-key-v1.");

        string cipher = reader.ReadString(KeyTypes.MaxNameLength);
        string derivation = reader.ReadString(KeyTypes.MaxNameLength);
        ReadOnlySpan<byte> options = reader.ReadBinary(MaxFieldLength);
        uint count = reader.ReadUInt32();
        if (count != 1)
            throw new SshProtocolException($"A private key file holds {count} keys; only files with one key are supported.");

        SshPublicKey publicKey = SshPublicKey.FromBlob(reader.ReadBinary(MaxFieldLength));
        byte[] secret = reader.ReadBinary(MaxFieldLength).ToArray();
        try
        {
            using PrivateKeyEncryption encryption = PrivateKeyEncryption.Read(cipher, derivation, options, passphrase);
            encryption.Decrypt(secret, reader.ReadRest());
            return ReadSecret(secret, publicKey, encryption);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    private static SshPrivateKey ReadSecret(ReadOnlySpan<byte> secret, SshPublicKey publicKey, PrivateKeyEncryption encryption)
    {
        if (secret.Length % encryption.BlockSize != 0)
            throw new SshProtocolException($"The private part of a key file has {secret.Length} bytes, not a multiple of {encryption.BlockSize}.");

        SshReader reader = new(secret);
        if (reader.ReadUInt32() != reader.ReadUInt32())
        {
            throw encryption.IsEncrypted
                ? new SshKeyException("The passphrase of this private key is wrong.")
                : new SshProtocolException("The private part of a key file is damaged.");
        }

        SshPrivateKey key = SshPrivateKey.ReadFields(reader.ReadString(KeyTypes.MaxNameLength), ref reader);
        _ = reader.ReadBinary(MaxFieldLength); // the comment
        ReadOnlySpan<byte> padding = reader.ReadRest();
        for (int i = 0; i < padding.Length; i++)
        {
            if (padding[i] != (byte)(i + 1))
                throw new SshProtocolException("The private part of a key file ends with wrong padding.");
        }

        return key.PublicKey.Equals(publicKey)
            ? key
            : throw new SshProtocolException("The public key at the start of a key file is not that of its private part.");
    }

    public static string Write(SshPrivateKey key, string comment, ReadOnlySpan<char> passphrase)
    {
        using PrivateKeyEncryption encryption = PrivateKeyEncryption.Create(passphrase);
        byte[] secret = WriteSecret(key, comment, encryption.BlockSize);
        encryption.Encrypt(secret);

        ArrayBufferWriter<byte> buffer = new();
        SshWriter writer = new(buffer);
        writer.WriteRaw(Magic);
        writer.WriteString(encryption.Cipher);
        writer.WriteString(encryption.Derivation);
        writer.WriteBinary(encryption.Options);
        writer.WriteUInt32(1);
        writer.WriteBinary(key.PublicKey.Blob.Span);
        writer.WriteBinary(secret);

        // OpenSSH does not find the end mark without the line break behind it.
        string pem = PemEncoding.WriteString(Label, buffer.WrittenSpan) + "\n";
        CryptographicOperations.ZeroMemory(secret);
        return pem;
    }

    private static byte[] WriteSecret(SshPrivateKey key, string comment, int blockSize)
    {
        ArrayBufferWriter<byte> buffer = new();
        SshWriter writer = new(buffer);
        uint check = (uint)RandomNumberGenerator.GetInt32(int.MaxValue);
        writer.WriteUInt32(check);
        writer.WriteUInt32(check);
        writer.WriteString(key.PublicKey.Type);
        key.WriteFields(ref writer);
        writer.WriteBinary(Encoding.UTF8.GetBytes(comment));
        for (byte pad = 1; buffer.WrittenCount % blockSize != 0; pad++)
            writer.WriteByte(pad);

        byte[] secret = buffer.WrittenSpan.ToArray();
        buffer.Clear(); // zeroes
        return secret;
    }
}
