using System.Security.Cryptography;
using Teleport.Ssh.Cryptography;
using Teleport.Ssh.Keys.Formats;

namespace Teleport.Ssh.Keys.Algorithms;

/// <summary>ssh-ed25519: string public key, string seed and public key (32 + 32 bytes).</summary>
internal sealed class Ed25519PrivateKey : SshPrivateKey
{
    private readonly byte[] _seed;
    private readonly Ed25519.Signer _signer;

    private Ed25519PrivateKey(byte[] seed, Ed25519.Signer signer)
        : base(new Ed25519PublicKey(signer.PublicKey))
    {
        _seed = seed;
        _signer = signer;
    }

    public static Ed25519PrivateKey Generate() => FromSeed(RandomNumberGenerator.GetBytes(Ed25519.SeedSize));

    /// <param name="seed">32 bytes, taken over.</param>
    public static Ed25519PrivateKey FromSeed(byte[] seed) => new(seed, Ed25519.CreateSigner(seed));

    public static Ed25519PrivateKey Read(ref SshReader reader)
    {
        byte[] publicKey = Ed25519PublicKey.ReadValue(ref reader);
        ReadOnlySpan<byte> secret = reader.ReadBinary(Ed25519.SeedSize + Ed25519.PublicKeySize);
        if (secret.Length != Ed25519.SeedSize + Ed25519.PublicKeySize)
            throw new SshProtocolException($"An Ed25519 private key has {secret.Length} bytes instead of 64.");

        Ed25519PrivateKey key = FromSeed(secret[..Ed25519.SeedSize].ToArray());
        return key._signer.PublicKey.AsSpan().SequenceEqual(publicKey)
            ? key
            : throw new SshProtocolException("The public half of an Ed25519 key does not fit its private half.");
    }

    public override AsymmetricAlgorithm? ToAsymmetricAlgorithm() => null;

    internal override void WriteFields(ref SshWriter writer)
    {
        writer.WriteBinary(_signer.PublicKey);
        writer.WriteUInt32(Ed25519.SeedSize + Ed25519.PublicKeySize);
        writer.WriteRaw(_seed);
        writer.WriteRaw(_signer.PublicKey);
    }

    /// <summary>The public half stands in this type's private fields anyway.</summary>
    internal override void WriteSecretFields(ref SshWriter writer) => WriteFields(ref writer);

    private protected override byte[] SignValue(string algorithm, ReadOnlySpan<byte> data) => _signer.Sign(data);

    private protected override byte[] ExportPkcs8() => Pkcs8Ed25519.Write(_seed);

    private protected override void Dispose(bool disposing)
    {
        CryptographicOperations.ZeroMemory(_seed);
        _signer.Dispose();
    }
}
