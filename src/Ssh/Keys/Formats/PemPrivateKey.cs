using System.Formats.Asn1;
using System.Security.Cryptography;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.Pkcs;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Pkcs;
using Org.BouncyCastle.Security;
using Teleport.Ssh.Keys.Algorithms;

namespace Teleport.Ssh.Keys.Formats;

/// <summary>Finds and reads the private key in a PEM text.</summary>
internal static class PemPrivateKey
{
    public const string Pkcs8Label = "PRIVATE KEY";

    private const string EncryptedPkcs8Label = "ENCRYPTED PRIVATE KEY";
    private const string Sec1Label = "EC PRIVATE KEY";
    private const string Pkcs1Label = "RSA PRIVATE KEY";
    private const int MaxLength = 256 * 1024;

    public static SshPrivateKey Parse(string pem, ReadOnlySpan<char> passphrase)
    {
        ArgumentNullException.ThrowIfNull(pem);
        if (pem.Length > MaxLength)
            throw new SshProtocolException($"The text with the private key has {pem.Length} characters; at most {MaxLength} are allowed.");

        ReadOnlySpan<char> rest = pem;
        while (PemEncoding.TryFind(rest, out PemFields fields))
        {
            string label = rest[fields.Label].ToString();
            if (label is OpenSshPrivateKeyFormat.Label or Pkcs8Label or EncryptedPkcs8Label or Sec1Label or Pkcs1Label)
                return Read(label, rest[fields.Base64Data], fields.DecodedDataLength, passphrase);

            rest = rest[fields.Location.End.Value..];
        }

        throw pem.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal)
            ? new SshKeyException("This private key is encrypted in the old PEM form, which is not supported. Convert it: ssh-keygen -p -f <file>.")
            : new SshProtocolException("There is no private key in this text. Expected a PEM block such as BEGIN OPENSSH PRIVATE KEY.");
    }

    private static SshPrivateKey Read(string label, ReadOnlySpan<char> base64, int length, ReadOnlySpan<char> passphrase)
    {
        byte[] der = new byte[length];
        try
        {
            _ = Convert.TryFromBase64Chars(base64, der, out _); // TryFind has checked it
            return label switch
            {
                OpenSshPrivateKeyFormat.Label => OpenSshPrivateKeyFormat.Read(der, passphrase),
                Pkcs8Label => ReadPkcs8(der),
                EncryptedPkcs8Label => ReadEncryptedPkcs8(der, passphrase),
                Sec1Label => ReadEcdsa(key => key.ImportECPrivateKey(der, out _)),
                _ => ReadRsa(key => key.ImportRSAPrivateKey(der, out _)),
            };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
        }
    }

    private static SshPrivateKey ReadPkcs8(byte[] der)
    {
        if (Pkcs8Ed25519.TryRead(der, out byte[] seed))
            return Ed25519PrivateKey.FromSeed(seed);

        const string EcPublicKeyOid = "1.2.840.10045.2.1";
        return AlgorithmOf(der) == EcPublicKeyOid
            ? ReadEcdsa(key => key.ImportPkcs8PrivateKey(der, out _))
            : ReadRsa(key => key.ImportPkcs8PrivateKey(der, out _));
    }

    private static string AlgorithmOf(byte[] der)
    {
        AsnReader sequence = new AsnReader(der, AsnEncodingRules.DER).ReadSequence(); // its shape is already checked
        _ = sequence.ReadInteger();
        return sequence.ReadSequence().ReadObjectIdentifier();
    }

    private static SshPrivateKey ReadEncryptedPkcs8(byte[] der, ReadOnlySpan<char> passphrase)
    {
        if (passphrase.IsEmpty)
            throw new SshKeyException("This private key is encrypted. Give its passphrase.");

        char[] characters = passphrase.ToArray();
        try
        {
            EncryptedPrivateKeyInfo info = EncryptedPrivateKeyInfo.GetInstance(Asn1Object.FromByteArray(der));
            return ReadPkcs8(PrivateKeyInfoFactory.CreatePrivateKeyInfo(characters, info).GetDerEncoded());
        }
        catch (Exception exception) when (exception is CryptoException or GeneralSecurityException or ArgumentException or IOException or InvalidOperationException)
        {
            throw new SshKeyException("This private key could not be decrypted: the passphrase is wrong, or its encryption is not supported.", exception);
        }
        finally
        {
            Array.Clear(characters);
        }
    }

    private static SshPrivateKey ReadEcdsa(Action<ECDsa> import)
    {
        using ECDsa key = ECDsa.Create();
        try
        {
            import(key);
        }
        catch (Exception exception) when (exception is CryptographicException or PlatformNotSupportedException)
        {
            throw new SshProtocolException("An ECDSA private key is malformed, or its curve is unknown.", exception);
        }

        return SshPrivateKey.FromAsymmetricAlgorithm(key);
    }

    private static SshPrivateKey ReadRsa(Action<RSA> import)
    {
        using RSA key = RSA.Create();
        try
        {
            import(key);
        }
        catch (Exception exception) when (exception is CryptographicException or PlatformNotSupportedException)
        {
            throw new SshProtocolException("A private key is malformed, or is neither RSA, ECDSA nor Ed25519.", exception);
        }

        return SshPrivateKey.FromAsymmetricAlgorithm(key);
    }
}
