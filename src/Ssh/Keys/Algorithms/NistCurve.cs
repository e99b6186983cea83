using System.Security.Cryptography;
using System.Text;

namespace Teleport.Ssh.Keys.Algorithms;

/// <summary>A NIST curve with its SSH names and the hash that goes with it (RFC 5656 section 6.2.1).</summary>
internal sealed class NistCurve
{
    public static readonly NistCurve P256 = new("nistp256", KeyTypes.EcdsaP256, "1.2.840.10045.3.1.7", ECCurve.NamedCurves.nistP256, HashAlgorithmName.SHA256, 32);
    public static readonly NistCurve P384 = new("nistp384", KeyTypes.EcdsaP384, "1.3.132.0.34", ECCurve.NamedCurves.nistP384, HashAlgorithmName.SHA384, 48);
    public static readonly NistCurve P521 = new("nistp521", KeyTypes.EcdsaP521, "1.3.132.0.35", ECCurve.NamedCurves.nistP521, HashAlgorithmName.SHA512, 66);

    private static readonly NistCurve[] All = [P256, P384, P521];

    private readonly string _oid;

    private NistCurve(string name, string keyType, string oid, ECCurve curve, HashAlgorithmName hash, int fieldBytes)
    {
        Name = name;
        KeyType = keyType;
        _oid = oid;
        Curve = curve;
        Hash = hash;
        FieldBytes = fieldBytes;
    }

    public string Name { get; }

    public string KeyType { get; }

    public ECCurve Curve { get; }

    public HashAlgorithmName Hash { get; }

    /// <summary>Bytes of a coordinate, and of each half of a signature.</summary>
    public int FieldBytes { get; }

    public static NistCurve ByKeyType(string keyType) => All.First(curve => curve.KeyType == keyType);

    public static NistCurve ByParameters(ECParameters parameters) =>
        All.FirstOrDefault(curve => parameters.Curve.IsNamed
            && (curve._oid == parameters.Curve.Oid.Value || curve.Curve.Oid.FriendlyName == parameters.Curve.Oid.FriendlyName))
        ?? throw new SshKeyException($"ECDSA keys on the curve '{parameters.Curve.Oid?.FriendlyName}' are not supported. Use P-256, P-384 or P-521.");

    /// <summary>Reads curve name and uncompressed point, which is not yet checked to be on the curve.</summary>
    public ReadOnlySpan<byte> ReadPoint(ref SshReader reader)
    {
        if (!reader.ReadBinary(KeyTypes.MaxNameLength).SequenceEqual(Encoding.ASCII.GetBytes(Name)))
            throw new SshProtocolException($"A key of type {KeyType} does not name the curve {Name}.");

        ReadOnlySpan<byte> point = reader.ReadBinary(1 + (2 * FieldBytes));
        return point.Length == 1 + (2 * FieldBytes) && point[0] == 4
            ? point
            : throw new SshProtocolException($"A key of type {KeyType} has a point of {point.Length} bytes that is not in uncompressed form.");
    }

    public static byte[] EncodePoint(ECPoint point) => [4, .. point.X!, .. point.Y!];

    public ECPoint DecodePoint(ReadOnlySpan<byte> point) => new()
    {
        X = point.Slice(1, FieldBytes).ToArray(),
        Y = point.Slice(1 + FieldBytes, FieldBytes).ToArray(),
    };
}
