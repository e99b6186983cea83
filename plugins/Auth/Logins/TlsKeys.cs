using System.Security.Cryptography;
using Teleport.Ssh;
using Teleport.Ssh.Keys;

namespace Teleport.Auth.Logins;

/// <summary>SSH public keys as TLS knows them.</summary>
internal static class TlsKeys
{
    private const int LongestPoint = 133;
    private const int LongestNumber = 1025;

    /// <summary>The SubjectPublicKeyInfo of an ECDSA or RSA key; <c>null</c> for keys that our X.509 certificates cannot hold, as Ed25519.</summary>
    public static ReadOnlyMemory<byte>? Of(SshPublicKey key)
    {
        var reader = new SshReader(key.Blob.Span);
        string type = reader.ReadString(64);
        if (type == "ssh-rsa")
        {
            byte[] exponent = reader.ReadMpint(LongestNumber).ToArray();
            byte[] modulus = reader.ReadMpint(LongestNumber).ToArray();
            using RSA rsa = RSA.Create(new RSAParameters { Exponent = exponent, Modulus = modulus });
            return rsa.ExportSubjectPublicKeyInfo();
        }

        ECCurve? curve = type switch
        {
            "ecdsa-sha2-nistp256" => ECCurve.NamedCurves.nistP256,
            "ecdsa-sha2-nistp384" => ECCurve.NamedCurves.nistP384,
            "ecdsa-sha2-nistp521" => ECCurve.NamedCurves.nistP521,
            _ => null,
        };
        if (curve is not { } named)
        {
            return null;
        }

        reader.ReadString(64);
        // SEC 1 section 2.3.3, uncompressed: 4, then both coordinates.
        ReadOnlySpan<byte> point = reader.ReadBinary(LongestPoint)[1..];
        using ECDsa ecdsa = ECDsa.Create(new ECParameters
        {
            Curve = named,
            Q = new ECPoint { X = point[..(point.Length / 2)].ToArray(), Y = point[(point.Length / 2)..].ToArray() },
        });
        return ecdsa.ExportSubjectPublicKeyInfo();
    }
}
