using System.Security.Cryptography;
using Teleport.Ssh.Keys.Algorithms;
using Teleport.Ssh.Keys.Formats;

namespace Teleport.Ssh.Keys;

/// <summary>A private key. Signing is safe for concurrent use; whoever made the key disposes it, which wipes what can be wiped.</summary>
public abstract class SshPrivateKey : IDisposable
{
    private protected SshPrivateKey(SshPublicKey publicKey) => PublicKey = publicKey;

    /// <summary>The public half.</summary>
    public SshPublicKey PublicKey { get; }

    /// <summary>Makes a new key.</summary>
    /// <param name="kind">The kind of key.</param>
    /// <param name="rsaBits">The size of an RSA key, 2048 to 8192; other kinds ignore it.</param>
    /// <exception cref="SshKeyException">The RSA size is out of bounds.</exception>
    public static SshPrivateKey Generate(SshKeyKind kind, int rsaBits = 3072) => kind switch
    {
        SshKeyKind.Ed25519 => Ed25519PrivateKey.Generate(),
        SshKeyKind.EcdsaP256 => EcdsaPrivateKey.Generate(NistCurve.P256),
        SshKeyKind.EcdsaP384 => EcdsaPrivateKey.Generate(NistCurve.P384),
        SshKeyKind.EcdsaP521 => EcdsaPrivateKey.Generate(NistCurve.P521),
        SshKeyKind.Rsa => RsaPrivateKey.Generate(rsaBits),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such kind of key."),
    };

    /// <summary>
    /// Reads the first private key of a PEM text: OPENSSH PRIVATE KEY, PRIVATE KEY and ENCRYPTED PRIVATE KEY (PKCS#8),
    /// EC PRIVATE KEY (SEC 1), RSA PRIVATE KEY (PKCS#1). Other blocks, such as certificates, are skipped.
    /// </summary>
    /// <param name="pem">The text.</param>
    /// <param name="passphrase">The passphrase of an encrypted key; ignored for others.</param>
    /// <exception cref="SshProtocolException">The text is malformed, or holds no private key.</exception>
    /// <exception cref="SshKeyException">The key is encrypted and the passphrase is wrong, or the key is unsupported or too weak.</exception>
    public static SshPrivateKey Parse(string pem, ReadOnlySpan<char> passphrase = default) => PemPrivateKey.Parse(pem, passphrase);

    /// <summary>Takes over a copy of an ECDSA key of the base library, on P-256, P-384 or P-521.</summary>
    /// <param name="key">The key, which stays the caller's. Its private part has to be exportable.</param>
    /// <exception cref="SshKeyException">The curve is not supported.</exception>
    public static SshPrivateKey FromAsymmetricAlgorithm(ECDsa key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return EcdsaPrivateKey.FromParameters(key.ExportParameters(includePrivateParameters: true));
    }

    /// <summary>Takes over a copy of an RSA key of the base library.</summary>
    /// <param name="key">The key, which stays the caller's. Its private part has to be exportable.</param>
    /// <exception cref="SshKeyException">The size or the exponent is out of bounds.</exception>
    public static SshPrivateKey FromAsymmetricAlgorithm(RSA key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return RsaPrivateKey.FromParameters(key.ExportParameters(includePrivateParameters: true));
    }

    /// <summary>A copy of the key as the base library's <see cref="ECDsa"/> or <see cref="RSA"/>, for TLS; the caller disposes it.</summary>
    /// <returns>Null for Ed25519, which the base library lacks.</returns>
    public abstract AsymmetricAlgorithm? ToAsymmetricAlgorithm();

    /// <summary>Signs data.</summary>
    /// <param name="signatureAlgorithm">One of <see cref="SshPublicKey.SignatureAlgorithms"/> of the public half.</param>
    /// <param name="data">What to sign.</param>
    /// <returns>The signature in its wire form: algorithm and value as strings.</returns>
    /// <exception cref="SshKeyException">The key does not sign with this algorithm.</exception>
    public byte[] Sign(string signatureAlgorithm, ReadOnlySpan<byte> data) =>
        PublicKey.SignatureAlgorithms.Contains(signatureAlgorithm)
            ? BlobBuilder.Build(signatureAlgorithm, SignValue(signatureAlgorithm, data))
            : throw new SshKeyException(
                $"A key of type {PublicKey.Type} does not sign with '{TextForPeople.Clean(signatureAlgorithm)}', " +
                $"only with {string.Join(", ", PublicKey.SignatureAlgorithms)}.");

    /// <summary>Formats the key as ssh-keygen does: OPENSSH PRIVATE KEY.</summary>
    /// <param name="comment">Stored with the key, or null.</param>
    /// <param name="passphrase">Encrypts the key (bcrypt, aes256-ctr); none leaves it in the clear.</param>
    public string ToOpenSshPem(string? comment = null, ReadOnlySpan<char> passphrase = default) =>
        OpenSshPrivateKeyFormat.Write(this, comment ?? "", passphrase);

    /// <summary>Formats the key as unencrypted PKCS#8: PRIVATE KEY.</summary>
    public string ToPkcs8Pem()
    {
        byte[] der = ExportPkcs8();
        try
        {
            return PemEncoding.WriteString(PemPrivateKey.Pkcs8Label, der) + "\n";
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Reads what follows the type in OpenSSH's files and in the key agent's protocol.</summary>
    /// <exception cref="SshProtocolException">The fields are malformed, or private and public half do not fit.</exception>
    /// <exception cref="SshKeyException">The type is unsupported, or the key too weak.</exception>
    internal static SshPrivateKey ReadFields(string type, ref SshReader reader) => type switch
    {
        KeyTypes.Ed25519 => Ed25519PrivateKey.Read(ref reader),
        KeyTypes.EcdsaP256 or KeyTypes.EcdsaP384 or KeyTypes.EcdsaP521 => EcdsaPrivateKey.Read(NistCurve.ByKeyType(type), ref reader),
        KeyTypes.Rsa => RsaPrivateKey.Read(ref reader),
        KeyTypes.SkEd25519 or KeyTypes.SkEcdsa => throw new SshKeyException(
            $"A key of type {type} signs in a security key only. Load it into ssh-agent and let the agent sign."),
        _ => throw new SshKeyException($"Private keys of type '{TextForPeople.Clean(type)}' are not supported. Use Ed25519, ECDSA or RSA."),
    };

    /// <summary>Writes what <see cref="ReadFields"/> reads.</summary>
    internal abstract void WriteFields(ref SshWriter writer);

    /// <summary>Reads what follows a certificate in the key agent's protocol: without the public half, where the type allows.</summary>
    /// <inheritdoc cref="ReadFields"/>
    internal static SshPrivateKey ReadSecretFields(SshCertificate certificate, ref SshReader reader)
    {
        SshReader publicFields = new(certificate.Key.Fields);
        switch (certificate.Key.Type)
        {
            case KeyTypes.EcdsaP256 or KeyTypes.EcdsaP384 or KeyTypes.EcdsaP521:
                NistCurve curve = NistCurve.ByKeyType(certificate.Key.Type);
                return EcdsaPrivateKey.ReadSecret(curve, curve.DecodePoint(curve.ReadPoint(ref publicFields)), ref reader);
            case KeyTypes.Rsa:
                byte[] exponent = publicFields.ReadMpint(SshPublicKey.MaxBlobLength).ToArray();
                return RsaPrivateKey.ReadSecret(publicFields.ReadMpint(SshPublicKey.MaxBlobLength).ToArray(), exponent, ref reader);
            default:
                return ReadFields(certificate.Key.Type, ref reader);
        }
    }

    /// <summary>Writes what <see cref="ReadSecretFields"/> reads.</summary>
    internal abstract void WriteSecretFields(ref SshWriter writer);

    private protected abstract byte[] SignValue(string algorithm, ReadOnlySpan<byte> data);

    private protected abstract byte[] ExportPkcs8();

    /// <param name="disposing">Always true: there are no finalizers here.</param>
    private protected abstract void Dispose(bool disposing);
}
