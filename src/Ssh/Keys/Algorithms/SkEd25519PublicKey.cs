using System.Text;
using Teleport.Ssh.Cryptography;

namespace Teleport.Ssh.Keys.Algorithms;

/// <summary>sk-ssh-ed25519@openssh.com: string public key, string application.</summary>
internal sealed class SkEd25519PublicKey(byte[] publicKey, string application)
    : SshPublicKey(KeyTypes.SkEd25519, BlobBuilder.Build(KeyTypes.SkEd25519, publicKey, Encoding.UTF8.GetBytes(application)))
{
    private static readonly string[] Algorithms = [KeyTypes.SkEd25519];

    public override IReadOnlyList<string> SignatureAlgorithms => Algorithms;

    public static SkEd25519PublicKey Read(ref SshReader reader) =>
        new(Ed25519PublicKey.ReadValue(ref reader), reader.ReadString(SecurityKeySignature.MaxApplicationLength));

    private protected override bool VerifyValue(string algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> value, ReadOnlySpan<byte> rest) =>
        SecurityKeySignature.TryGetMessage(application, data, rest, out byte[] message) && Ed25519.Verify(publicKey, message, value);
}
