using System.Security.Cryptography;
using System.Text;
using Teleport.Ssh.Cryptography;

namespace Teleport.Ssh.Keys.Formats;

/// <summary>How a private key file of OpenSSH is encrypted, with the key derived from the passphrase.</summary>
internal sealed class PrivateKeyEncryption : IDisposable
{
    private const string None = "none";
    private const string Bcrypt = "bcrypt";
    private const string Aes256Ctr = "aes256-ctr";
    private const string Aes256Gcm = "aes256-gcm@openssh.com";
    private const int AesBlockSize = 16;
    private const int GcmNonceSize = 12;
    private const int GcmTagSize = 16;
    private const int SaltSize = 16;
    private const int Rounds = 24;

    // 24 rounds take a few tenths of a second; a file that asks for ever more is an attack or a mistake.
    private const uint MaxRounds = 1024;

    private readonly byte[] _key;
    private readonly byte[] _iv;

    private PrivateKeyEncryption(string cipher, string derivation, byte[] options, byte[] key, byte[] iv)
    {
        Cipher = cipher;
        Derivation = derivation;
        Options = options;
        _key = key;
        _iv = iv;
    }

    public string Cipher { get; }

    public string Derivation { get; }

    public byte[] Options { get; }

    public bool IsEncrypted => Cipher != None;

    public int BlockSize => IsEncrypted ? AesBlockSize : 8;

    public static PrivateKeyEncryption Create(ReadOnlySpan<char> passphrase)
    {
        if (passphrase.IsEmpty)
            return new PrivateKeyEncryption(None, None, [], [], []);

        byte[] salt = RandomNumberGenerator.GetBytes(SaltSize);
        byte[] options = BlobBuilder.Build((ref SshWriter writer) =>
        {
            writer.WriteBinary(salt);
            writer.WriteUInt32(Rounds);
        });
        return Derive(Aes256Ctr, options, 32, AesBlockSize, passphrase, salt, Rounds);
    }

    public static PrivateKeyEncryption Read(string cipher, string derivation, ReadOnlySpan<byte> options, ReadOnlySpan<char> passphrase)
    {
        if (cipher == None && derivation == None)
            return new PrivateKeyEncryption(None, None, [], [], []);

        (int keySize, int ivSize) = cipher switch
        {
            "aes128-ctr" or "aes128-cbc" => (16, AesBlockSize),
            "aes192-ctr" or "aes192-cbc" => (24, AesBlockSize),
            Aes256Ctr or "aes256-cbc" => (32, AesBlockSize),
            Aes256Gcm => (32, GcmNonceSize),
            _ => throw new SshKeyException($"A private key is encrypted with '{TextForPeople.Clean(cipher)}', which is not supported. Convert it: ssh-keygen -p -f <file>."),
        };
        if (derivation != Bcrypt)
            throw new SshKeyException($"A private key uses the key derivation '{TextForPeople.Clean(derivation)}', which is not supported.");
        if (passphrase.IsEmpty)
            throw new SshKeyException("This private key is encrypted. Give its passphrase.");

        SshReader reader = new(options);
        byte[] salt = reader.ReadBinary(1024).ToArray();
        uint rounds = reader.ReadUInt32();
        reader.ExpectEnd();
        if (salt.Length == 0 || rounds is 0 or > MaxRounds)
            throw new SshProtocolException($"A private key asks for {rounds} rounds of key derivation with {salt.Length} bytes of salt; 1 to {MaxRounds} rounds are allowed.");

        return Derive(cipher, options.ToArray(), keySize, ivSize, passphrase, salt, rounds);
    }

    public void Encrypt(Span<byte> secret)
    {
        if (IsEncrypted)
            ApplyCounterMode(secret);
    }

    /// <param name="secret">Decrypted in place.</param>
    /// <param name="trailer">What follows the private part: the tag of an authenticated cipher.</param>
    public void Decrypt(Span<byte> secret, ReadOnlySpan<byte> trailer)
    {
        if (trailer.Length != (Cipher == Aes256Gcm ? GcmTagSize : 0) || secret.Length % BlockSize != 0)
            throw new SshProtocolException("A private key file has a wrong length.");
        if (!IsEncrypted)
            return;

        if (Cipher == Aes256Gcm)
            DecryptGcm(secret, trailer);
        else if (Cipher.EndsWith("-ctr", StringComparison.Ordinal))
            ApplyCounterMode(secret);
        else
            DecryptCbc(secret);
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_key);

    private static PrivateKeyEncryption Derive(
        string cipher, byte[] options, int keySize, int ivSize, ReadOnlySpan<char> passphrase, byte[] salt, uint rounds)
    {
        byte[] secret = new byte[Encoding.UTF8.GetByteCount(passphrase)];
        Encoding.UTF8.GetBytes(passphrase, secret);
        byte[] derived = BcryptPbkdf.Derive(secret, salt, (int)rounds, keySize + ivSize);
        PrivateKeyEncryption encryption = new(cipher, Bcrypt, options, derived[..keySize], derived[keySize..]);
        CryptographicOperations.ZeroMemory(secret);
        CryptographicOperations.ZeroMemory(derived);
        return encryption;
    }

    private void DecryptGcm(Span<byte> secret, ReadOnlySpan<byte> tag)
    {
        using AesGcm aes = new(_key, GcmTagSize);
        try
        {
            aes.Decrypt(_iv, secret, tag, secret);
        }
        catch (AuthenticationTagMismatchException exception)
        {
            throw new SshKeyException("The passphrase of this private key is wrong.", exception);
        }
    }

    private void DecryptCbc(Span<byte> secret)
    {
        using Aes aes = Aes.Create();
        aes.Key = _key;
        byte[] plain = aes.DecryptCbc(secret, _iv, PaddingMode.None);
        plain.CopyTo(secret);
        CryptographicOperations.ZeroMemory(plain);
    }

    private void ApplyCounterMode(Span<byte> secret)
    {
        using Aes aes = Aes.Create();
        aes.Key = _key;
        Span<byte> counter = stackalloc byte[AesBlockSize];
        Span<byte> stream = stackalloc byte[AesBlockSize];
        _iv.CopyTo(counter);
        for (int offset = 0; offset < secret.Length; offset += AesBlockSize)
        {
            aes.EncryptEcb(counter, stream, PaddingMode.None);
            for (int i = 0; i < AesBlockSize; i++)
                secret[offset + i] ^= stream[i];

            // Counts in the whole block, big-endian.
            for (int i = AesBlockSize - 1; i >= 0 && ++counter[i] == 0; i--)
            {
            }
        }
    }
}
