using Teleport.Ssh.Cryptography;

namespace Teleport.Ssh.Keys.Algorithms;

/// <summary>ssh-ed25519 (RFC 8709): string public key (32 bytes).</summary>
internal sealed class Ed25519PublicKey(byte[] publicKey) : SshPublicKey(KeyTypes.Ed25519, BlobBuilder.Build(KeyTypes.Ed25519, publicKey))
{
    private static readonly string[] Algorithms = [KeyTypes.Ed25519];

    public override IReadOnlyList<string> SignatureAlgorithms => Algorithms;

    public static Ed25519PublicKey Read(ref SshReader reader) => new(ReadValue(ref reader));

    public static byte[] ReadValue(ref SshReader reader)
    {
        ReadOnlySpan<byte> value = reader.ReadBinary(Ed25519.PublicKeySize);
        return value.Length == Ed25519.PublicKeySize
            ? value.ToArray()
            : throw new SshProtocolException($"An Ed25519 public key has {value.Length} bytes instead of {Ed25519.PublicKeySize}.");
    }

    private protected override bool VerifyValue(string algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> value, ReadOnlySpan<byte> rest) =>
        rest.IsEmpty && Ed25519.Verify(publicKey, data, value);
}
