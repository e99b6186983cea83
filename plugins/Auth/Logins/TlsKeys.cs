using System.Formats.Asn1;
using System.Security.Cryptography;
using Teleport.Ssh;
using Teleport.Ssh.Keys;

namespace Teleport.Auth.Logins;

/// <summary>SSH public keys as TLS knows them.</summary>
internal static class TlsKeys
{
    private const string EllipticCurveKey = "1.2.840.10045.2.1";
    private const int LongestName = 64;
    private const int LongestPoint = 133;
    private const int LongestNumber = 1025;

    /// <summary>The SubjectPublicKeyInfo (RFC 5480) of an ECDSA or RSA key; <c>null</c> for keys that our X.509 certificates cannot hold, as Ed25519.</summary>
    public static ReadOnlyMemory<byte>? Of(SshPublicKey key)
    {
        var reader = new SshReader(key.Blob.Span);
        string type = reader.ReadString(LongestName);
        if (type == "ssh-rsa")
        {
            byte[] exponent = reader.ReadMpint(LongestNumber).ToArray();
            byte[] modulus = reader.ReadMpint(LongestNumber).ToArray();
            using RSA rsa = RSA.Create(new RSAParameters { Exponent = exponent, Modulus = modulus });
            return rsa.ExportSubjectPublicKeyInfo();
        }

        string? curve = type switch
        {
            "ecdsa-sha2-nistp256" => "1.2.840.10045.3.1.7",
            "ecdsa-sha2-nistp384" => "1.3.132.0.34",
            "ecdsa-sha2-nistp521" => "1.3.132.0.35",
            _ => null,
        };
        if (curve is null)
        {
            return null;
        }

        reader.ReadString(LongestName);
        // Written rather than imported and exported: the point was checked when the key was parsed, which is the costly part.
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(EllipticCurveKey);
                writer.WriteObjectIdentifier(curve);
            }

            writer.WriteBitString(reader.ReadBinary(LongestPoint));
        }

        return writer.Encode();
    }
}
