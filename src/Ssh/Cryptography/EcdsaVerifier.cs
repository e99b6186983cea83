using System.Security.Cryptography;
using Teleport.Ssh.Keys.Algorithms;

namespace Teleport.Ssh.Cryptography;

/// <summary>Checks ECDSA signatures in SSH's form: mpint r, mpint s (RFC 5656 section 3.1.2).</summary>
internal sealed class EcdsaVerifier
{
    private readonly ECParameters _parameters;

    /// <exception cref="SshKeyException">The point is not on the curve.</exception>
    public EcdsaVerifier(NistCurve curve, ReadOnlySpan<byte> point)
    {
        _parameters = new ECParameters { Curve = curve.Curve, Q = curve.DecodePoint(point) };
        using ECDsa key = Open(curve); // the import checks that the point is on the curve
    }

    public bool Verify(ReadOnlySpan<byte> data, NistCurve curve, ReadOnlySpan<byte> value)
    {
        Span<byte> signature = stackalloc byte[2 * curve.FieldBytes];
        signature.Clear();
        SshReader reader = new(value);
        ReadOnlySpan<byte> r = reader.ReadMpint(curve.FieldBytes);
        ReadOnlySpan<byte> s = reader.ReadMpint(curve.FieldBytes);
        reader.ExpectEnd();
        r.CopyTo(signature[(curve.FieldBytes - r.Length)..]);
        s.CopyTo(signature[(signature.Length - s.Length)..]);

        using ECDsa key = Open(curve);
        return key.VerifyData(data, signature, curve.Hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    private ECDsa Open(NistCurve curve)
    {
        try
        {
            return ECDsa.Create(_parameters);
        }
        catch (CryptographicException exception)
        {
            throw new SshKeyException($"The point of a {curve.KeyType} key is not on its curve.", exception);
        }
    }
}
