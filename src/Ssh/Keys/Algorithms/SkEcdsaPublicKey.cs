using System.Text;
using Teleport.Ssh.Cryptography;

namespace Teleport.Ssh.Keys.Algorithms;

/// <summary>sk-ecdsa-sha2-nistp256@openssh.com: string curve, string point, string application.</summary>
internal sealed class SkEcdsaPublicKey(byte[] point, string application) : SshPublicKey(
    KeyTypes.SkEcdsa,
    BlobBuilder.Build(KeyTypes.SkEcdsa, Encoding.ASCII.GetBytes(NistCurve.P256.Name), point, Encoding.UTF8.GetBytes(application)))
{
    private static readonly string[] Algorithms = [KeyTypes.SkEcdsa];

    private readonly EcdsaVerifier _verifier = new(NistCurve.P256, point);

    public override IReadOnlyList<string> SignatureAlgorithms => Algorithms;

    public static SkEcdsaPublicKey Read(ref SshReader reader) =>
        new(NistCurve.P256.ReadPoint(ref reader).ToArray(), reader.ReadString(SecurityKeySignature.MaxApplicationLength));

    private protected override bool VerifyValue(string algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> value, ReadOnlySpan<byte> rest) =>
        SecurityKeySignature.TryGetMessage(application, data, rest, out byte[] message) && _verifier.Verify(message, NistCurve.P256, value);
}
