using System.Diagnostics.CodeAnalysis;

namespace Teleport.Ssh.Keys;

/// <summary>A certificate in OpenSSH's form (its PROTOCOL.certkeys). Immutable, safe for concurrent use.</summary>
/// <remarks>
/// Reading a certificate verifies nothing: call <see cref="VerifySignature"/>, compare <see cref="SignatureKey"/> with the keys of
/// the authority, and check kind, time, principal and critical options. The signing key is always a plain key, never a
/// certificate (H08).
/// </remarks>
public sealed class SshCertificate
{
    /// <summary>The raw value of <see cref="ValidBeforeSeconds"/> for a certificate that never expires.</summary>
    public const ulong Forever = ulong.MaxValue;

    private readonly byte[] _blob;
    private readonly int _signedLength;
    private readonly byte[] _signature;

    internal SshCertificate(byte[] blob, CertificateFields fields, int signedLength)
    {
        _blob = blob;
        _signedLength = signedLength;
        _signature = fields.Signature;
        Type = fields.Type;
        Key = fields.Key;
        Serial = fields.Serial;
        Kind = fields.Kind;
        KeyId = fields.KeyId;
        Principals = fields.Principals;
        ValidAfterSeconds = fields.ValidAfter;
        ValidBeforeSeconds = fields.ValidBefore;
        CriticalOptions = fields.CriticalOptions;
        Extensions = fields.Extensions;
        SignatureKey = fields.SignatureKey;
        SignatureAlgorithm = fields.SignatureAlgorithm;
    }

    /// <summary>The whole certificate in its wire form.</summary>
    public ReadOnlyMemory<byte> Blob => _blob;

    /// <summary>The certificate type, as on the wire: ssh-ed25519-cert-v01@openssh.com and so on.</summary>
    public string Type { get; }

    /// <summary>The key that is certified.</summary>
    public SshPublicKey Key { get; }

    /// <summary>The number its authority gave it; 0 when it does not count.</summary>
    public ulong Serial { get; }

    /// <summary>User or host.</summary>
    public SshCertificateKind Kind { get; }

    /// <summary>Whom it was issued to, for logs and for our own identity; may be empty.</summary>
    public string KeyId { get; }

    /// <summary>Login names or host names. An empty list matches nobody here (H10).</summary>
    public IReadOnlyList<string> Principals { get; }

    /// <summary>Valid from then on; null when there is no lower bound.</summary>
    public DateTimeOffset? ValidAfter => ValidAfterSeconds == 0 ? null : FromUnixSeconds(ValidAfterSeconds);

    /// <summary>Valid up to, but not at, then; null when it never expires.</summary>
    public DateTimeOffset? ValidBefore => ValidBeforeSeconds == Forever ? null : FromUnixSeconds(ValidBeforeSeconds);

    /// <summary>Seconds since 1970, as on the wire.</summary>
    public ulong ValidAfterSeconds { get; }

    /// <summary>Seconds since 1970, as on the wire; <see cref="Forever"/> is no end.</summary>
    public ulong ValidBeforeSeconds { get; }

    /// <summary>Restrictions with their raw values. Whoever does not know one of them has to refuse the certificate (H11).</summary>
    public IReadOnlyDictionary<string, byte[]> CriticalOptions { get; }

    /// <summary>Permissions and our own facts, with their raw values. Unknown ones are ignored.</summary>
    public IReadOnlyDictionary<string, byte[]> Extensions { get; }

    /// <summary>The key of the authority that signed.</summary>
    public SshPublicKey SignatureKey { get; }

    /// <summary>The algorithm it signed with.</summary>
    public string SignatureAlgorithm { get; }

    /// <summary>
    /// The names under which this certificate can authenticate, best first, with the signature algorithm that goes with each: for
    /// RSA rsa-sha2-512-cert-v01@openssh.com and rsa-sha2-256-cert-v01@openssh.com, else the type.
    /// </summary>
    public IEnumerable<(string Name, string SignatureAlgorithm)> PublicKeyAlgorithms =>
        Key.SignatureAlgorithms.Select(algorithm => (KeyTypes.ToCertificate(algorithm), algorithm));

    /// <summary>Reads a line of a -cert.pub file: type, base64, optional comment.</summary>
    /// <param name="line">The line.</param>
    /// <exception cref="SshProtocolException">The line or the certificate is malformed.</exception>
    /// <exception cref="SshKeyException">It is not a certificate, or one of its keys is unsupported, too weak, or itself a certificate.</exception>
    public static SshCertificate Parse(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        return FromBlob(KeyLine.Parse(line).Blob);
    }

    /// <summary>As <see cref="Parse"/>, but answers false in place of throwing.</summary>
    /// <param name="line">The line; null gives false.</param>
    /// <param name="certificate">The certificate.</param>
    public static bool TryParse([NotNullWhen(true)] string? line, [NotNullWhen(true)] out SshCertificate? certificate)
    {
        try
        {
            certificate = line is null ? null : Parse(line);
        }
        catch (SshException)
        {
            certificate = null;
        }

        return certificate is not null;
    }

    /// <summary>Reads the wire form.</summary>
    /// <param name="blob">The whole certificate, at most 64 KiB; copied.</param>
    /// <exception cref="SshProtocolException">The certificate is malformed.</exception>
    /// <exception cref="SshKeyException">It is not a certificate, or one of its keys is unsupported, too weak, or itself a certificate.</exception>
    public static SshCertificate FromBlob(ReadOnlySpan<byte> blob) => CertificateFields.ReadCertificate(blob);

    /// <summary>Whether a key type or public key algorithm name is that of a certificate.</summary>
    /// <param name="type">The name.</param>
    public static bool IsCertificateType(string type) => KeyTypes.IsCertificate(type);

    /// <summary>The value of an extension that holds a string.</summary>
    /// <param name="name">The extension's name.</param>
    /// <returns>Null when the certificate has no such extension.</returns>
    /// <exception cref="SshProtocolException">The value is not one SSH string.</exception>
    public string? GetExtensionString(string name) => GetString(Extensions, name);

    /// <summary>The value of a critical option that holds a string.</summary>
    /// <param name="name">The option's name.</param>
    /// <returns>Null when the certificate has no such option.</returns>
    /// <exception cref="SshProtocolException">The value is not one SSH string.</exception>
    public string? GetCriticalOptionString(string name) => GetString(CriticalOptions, name);

    /// <summary>Whether the certificate's bytes are signed by <see cref="SignatureKey"/>; says nothing about who holds that key.</summary>
    /// <param name="allowedAlgorithms">Signature algorithms to accept; null accepts all that are implemented.</param>
    public bool VerifySignature(IReadOnlyCollection<string>? allowedAlgorithms = null) =>
        (allowedAlgorithms is null || allowedAlgorithms.Contains(SignatureAlgorithm))
        && SignatureKey.Verify(SignatureAlgorithm, _blob.AsSpan(0, _signedLength), _signature);

    /// <summary>Whether the moment lies in the time of validity; an inverted interval contains no moment.</summary>
    /// <param name="moment">The moment.</param>
    public bool IsValidAt(DateTimeOffset moment)
    {
        long seconds = moment.ToUnixTimeSeconds();
        return seconds >= 0 && (ulong)seconds >= ValidAfterSeconds && (ulong)seconds < ValidBeforeSeconds;
    }

    /// <summary>Formats the certificate as a line for a -cert.pub file, without line break.</summary>
    /// <param name="comment">A comment on one line, or null.</param>
    public string ToAuthorizedKeysLine(string? comment = null) => KeyLine.Format(Type, _blob, comment);

    /// <summary>Type, key id and fingerprint of the key, fit for a log.</summary>
    public override string ToString() => $"{Type} '{TextForPeople.Clean(KeyId)}' {Key.Fingerprint}";

    private static string? GetString(IReadOnlyDictionary<string, byte[]> values, string name)
    {
        if (!values.TryGetValue(name, out byte[]? value))
            return null;

        SshReader reader = new(value);
        string text = reader.ReadString(value.Length);
        reader.ExpectEnd();
        return text;
    }

    private static DateTimeOffset FromUnixSeconds(ulong seconds) =>
        seconds >= (ulong)DateTimeOffset.MaxValue.ToUnixTimeSeconds() ? DateTimeOffset.MaxValue : DateTimeOffset.FromUnixTimeSeconds((long)seconds);
}
