using System.Security.Cryptography;

namespace Teleport.Ssh.Keys.Algorithms;

/// <summary>ecdsa-sha2-nistp*: string curve, string point, mpint secret number.</summary>
internal sealed class EcdsaPrivateKey : SshPrivateKey
{
    private readonly Lock _gate = new(); // the base library does not promise concurrent use of one instance
    private readonly NistCurve _curve;
    private readonly ECDsa _key;

    private EcdsaPrivateKey(NistCurve curve, ECDsa key)
        : base(EcdsaPublicKey.FromParameters(key.ExportParameters(includePrivateParameters: false)))
    {
        _curve = curve;
        _key = key;
    }

    public static EcdsaPrivateKey Generate(NistCurve curve) => new(curve, ECDsa.Create(curve.Curve));

    public static EcdsaPrivateKey FromParameters(ECParameters parameters)
    {
        NistCurve curve = NistCurve.ByParameters(parameters);
        try
        {
            return new EcdsaPrivateKey(curve, ECDsa.Create(parameters));
        }
        catch (CryptographicException exception)
        {
            throw new SshProtocolException($"The halves of a {curve.KeyType} key do not fit, or its point is not on the curve.", exception);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(parameters.D);
        }
    }

    public static EcdsaPrivateKey Read(NistCurve curve, ref SshReader reader)
    {
        ECPoint point = curve.DecodePoint(curve.ReadPoint(ref reader));
        return ReadSecret(curve, point, ref reader);
    }

    /// <summary>Reads a key whose public half is known from its certificate.</summary>
    public static EcdsaPrivateKey ReadSecret(NistCurve curve, ECPoint point, ref SshReader reader)
    {
        ReadOnlySpan<byte> secret = reader.ReadMpint(curve.FieldBytes);
        byte[] padded = new byte[curve.FieldBytes];
        secret.CopyTo(padded.AsSpan(padded.Length - secret.Length));
        return FromParameters(new ECParameters { Curve = curve.Curve, Q = point, D = padded });
    }

    public override AsymmetricAlgorithm ToAsymmetricAlgorithm()
    {
        lock (_gate)
            return ECDsa.Create(_key.ExportParameters(includePrivateParameters: true));
    }

    internal override void WriteFields(ref SshWriter writer)
    {
        writer.WriteRaw(PublicKey.Fields);
        WriteSecretFields(ref writer);
    }

    internal override void WriteSecretFields(ref SshWriter writer)
    {
        ECParameters parameters;
        lock (_gate)
            parameters = _key.ExportParameters(includePrivateParameters: true);

        writer.WriteMpint(parameters.D);
        CryptographicOperations.ZeroMemory(parameters.D);
    }

    private protected override byte[] SignValue(string algorithm, ReadOnlySpan<byte> data)
    {
        byte[] signature;
        lock (_gate)
            signature = _key.SignData(data, _curve.Hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

        return BlobBuilder.Build((ref SshWriter writer) =>
        {
            writer.WriteMpint(signature.AsSpan(0, _curve.FieldBytes));
            writer.WriteMpint(signature.AsSpan(_curve.FieldBytes));
        });
    }

    private protected override byte[] ExportPkcs8()
    {
        lock (_gate)
            return _key.ExportPkcs8PrivateKey();
    }

    private protected override void Dispose(bool disposing) => _key.Dispose();
}
