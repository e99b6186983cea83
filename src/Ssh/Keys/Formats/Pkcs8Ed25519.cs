using System.Formats.Asn1;
using System.Security.Cryptography;
using Teleport.Ssh.Cryptography;

namespace Teleport.Ssh.Keys.Formats;

/// <summary>Ed25519 in PKCS#8 (RFC 8410 section 7), which the base library does not read.</summary>
internal static class Pkcs8Ed25519
{
    private const string Oid = "1.3.101.112";

    public static byte[] Write(ReadOnlySpan<byte> seed)
    {
        AsnWriter inner = new(AsnEncodingRules.DER);
        inner.WriteOctetString(seed);

        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(0);
            using (writer.PushSequence())
                writer.WriteObjectIdentifier(Oid);
            writer.WriteOctetString(inner.Encode());
        }

        return writer.Encode();
    }

    /// <summary>Whether the PKCS#8 structure holds an Ed25519 key, and its seed if so.</summary>
    /// <exception cref="SshProtocolException">It does, but the seed is malformed.</exception>
    public static bool TryRead(ReadOnlyMemory<byte> der, out byte[] seed)
    {
        seed = [];
        try
        {
            AsnReader sequence = new AsnReader(der, AsnEncodingRules.DER).ReadSequence();
            _ = sequence.ReadInteger();
            if (sequence.ReadSequence().ReadObjectIdentifier() != Oid)
                return false;

            seed = new AsnReader(sequence.ReadOctetString(), AsnEncodingRules.DER).ReadOctetString();
        }
        catch (AsnContentException exception)
        {
            throw new SshProtocolException("A private key in PKCS#8 form is malformed.", exception);
        }

        if (seed.Length == Ed25519.SeedSize)
            return true;

        CryptographicOperations.ZeroMemory(seed);
        throw new SshProtocolException($"An Ed25519 key in PKCS#8 form has {seed.Length} bytes instead of {Ed25519.SeedSize}.");
    }
}
