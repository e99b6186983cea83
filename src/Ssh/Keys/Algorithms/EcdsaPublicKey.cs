using System.Security.Cryptography;
using System.Text;
using Teleport.Ssh.Cryptography;

namespace Teleport.Ssh.Keys.Algorithms;

/// <summary>ecdsa-sha2-nistp256, -384, -521 (RFC 5656): string curve, string point (uncompressed).</summary>
internal sealed class EcdsaPublicKey : SshPublicKey
{
    private readonly NistCurve _curve;
    private readonly EcdsaVerifier _verifier;
    private readonly string[] _algorithms;

    private EcdsaPublicKey(NistCurve curve, ReadOnlySpan<byte> point)
        : base(curve.KeyType, BlobBuilder.Build(curve.KeyType, Encoding.ASCII.GetBytes(curve.Name), point.ToArray()))
    {
        _curve = curve;
        _verifier = new EcdsaVerifier(curve, point);
        _algorithms = [curve.KeyType];
    }

    public override IReadOnlyList<string> SignatureAlgorithms => _algorithms;

    public static EcdsaPublicKey Read(string type, ref SshReader reader)
    {
        NistCurve curve = NistCurve.ByKeyType(type);
        return new EcdsaPublicKey(curve, curve.ReadPoint(ref reader));
    }

    public static EcdsaPublicKey FromParameters(ECParameters parameters)
    {
        NistCurve curve = NistCurve.ByParameters(parameters);
        return new EcdsaPublicKey(curve, NistCurve.EncodePoint(parameters.Q));
    }

    private protected override bool VerifyValue(string algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> value, ReadOnlySpan<byte> rest) =>
        rest.IsEmpty && _verifier.Verify(data, _curve, value);
}
