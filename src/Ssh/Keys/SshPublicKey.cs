using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Teleport.Ssh.Keys.Algorithms;

namespace Teleport.Ssh.Keys;

/// <summary>A public key that is not a certificate. Immutable, safe for concurrent use; equal when the blobs are equal.</summary>
/// <remarks>
/// Types: ssh-ed25519, ecdsa-sha2-nistp256/384/521, ssh-rsa (2048 to 8192 bits, SHA-2 signatures only), and keys on security keys:
/// sk-ssh-ed25519@openssh.com, sk-ecdsa-sha2-nistp256@openssh.com. A certificate is a <see cref="SshCertificate"/>, never this.
/// </remarks>
public abstract class SshPublicKey : IEquatable<SshPublicKey>
{
    /// <summary>Blobs beyond this size are refused; an RSA key of 8192 bits has about 1 KiB.</summary>
    internal const int MaxBlobLength = 4 * 1024;

    private const int MaxSignatureLength = 2 * 1024;

    private readonly byte[] _blob;

    private protected SshPublicKey(string type, byte[] blob)
    {
        Type = type;
        _blob = blob;
    }

    /// <summary>The key type, as on the wire.</summary>
    public string Type { get; }

    /// <summary>The wire form: the type as a string, then the fields of the type.</summary>
    public ReadOnlyMemory<byte> Blob => _blob;

    /// <summary>"SHA256:" and the unpadded base64 of the blob's SHA-256, as ssh-keygen -l prints it.</summary>
    public string Fingerprint => "SHA256:" + Convert.ToBase64String(SHA256.HashData(_blob)).TrimEnd('=');

    /// <summary>The signature algorithms this key can be used with, best first.</summary>
    public abstract IReadOnlyList<string> SignatureAlgorithms { get; }

    /// <summary>Reads a line of a .pub file: type, base64, optional comment. Options before the type: <see cref="AuthorizedKeysLine"/>.</summary>
    /// <param name="authorizedKeysLine">The line.</param>
    /// <exception cref="SshProtocolException">The line or the blob is malformed.</exception>
    /// <exception cref="SshKeyException">The key is a certificate, of an unsupported type, or too weak.</exception>
    public static SshPublicKey Parse(string authorizedKeysLine)
    {
        ArgumentNullException.ThrowIfNull(authorizedKeysLine);
        return FromBlob(KeyLine.Parse(authorizedKeysLine).Blob);
    }

    /// <summary>As <see cref="Parse"/>, but answers false in place of throwing.</summary>
    /// <param name="authorizedKeysLine">The line; null gives false.</param>
    /// <param name="key">The key.</param>
    public static bool TryParse([NotNullWhen(true)] string? authorizedKeysLine, [NotNullWhen(true)] out SshPublicKey? key)
    {
        try
        {
            key = authorizedKeysLine is null ? null : Parse(authorizedKeysLine);
        }
        catch (SshException)
        {
            key = null;
        }

        return key is not null;
    }

    /// <summary>Reads the wire form.</summary>
    /// <param name="blob">The whole blob; copied.</param>
    /// <exception cref="SshProtocolException">The blob is malformed.</exception>
    /// <exception cref="SshKeyException">The key is a certificate, of an unsupported type, or too weak.</exception>
    public static SshPublicKey FromBlob(ReadOnlySpan<byte> blob)
    {
        if (blob.Length > MaxBlobLength)
            throw new SshProtocolException($"A public key has {blob.Length} bytes; at most {MaxBlobLength} are allowed.");

        SshReader reader = new(blob);
        string type = reader.ReadString(KeyTypes.MaxNameLength);
        SshPublicKey key = ReadFields(type, ref reader);
        reader.ExpectEnd();
        return key;
    }

    /// <summary>Formats the key as a line for authorized_keys or a .pub file, without line break.</summary>
    /// <param name="comment">A comment on one line, or null.</param>
    public string ToAuthorizedKeysLine(string? comment = null) => KeyLine.Format(Type, _blob, comment);

    /// <summary>Whether a signature is this key's for the data, made with the given algorithm.</summary>
    /// <remarks>
    /// Never throws for what a peer sends. A security key's signature counts only with the user's presence proven by a touch.
    /// </remarks>
    /// <param name="signatureAlgorithm">What was negotiated; the signature must name exactly this.</param>
    /// <param name="data">What was signed.</param>
    /// <param name="signatureBlob">The signature in its wire form: algorithm and value as strings.</param>
    public bool Verify(string signatureAlgorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signatureBlob)
    {
        if (!SignatureAlgorithms.Contains(signatureAlgorithm))
            return false;

        try
        {
            SshReader reader = new(signatureBlob);
            if (reader.ReadString(KeyTypes.MaxNameLength) != signatureAlgorithm)
                return false;

            ReadOnlySpan<byte> value = reader.ReadBinary(MaxSignatureLength);
            return VerifyValue(signatureAlgorithm, data, value, reader.ReadRest());
        }
        catch (SshProtocolException)
        {
            return false; // a malformed signature is a wrong one
        }
    }

    /// <inheritdoc/>
    public bool Equals(SshPublicKey? other) => other is not null && _blob.AsSpan().SequenceEqual(other._blob);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SshPublicKey);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = new();
        hash.AddBytes(_blob);
        return hash.ToHashCode();
    }

    /// <summary>Type and fingerprint.</summary>
    public override string ToString() => $"{Type} {Fingerprint}";

    /// <summary>Reads what follows the type; leaves the reader behind the key's last field, as certificates go on there.</summary>
    internal static SshPublicKey ReadFields(string type, ref SshReader reader) => type switch
    {
        KeyTypes.Ed25519 => Ed25519PublicKey.Read(ref reader),
        KeyTypes.EcdsaP256 or KeyTypes.EcdsaP384 or KeyTypes.EcdsaP521 => EcdsaPublicKey.Read(type, ref reader),
        KeyTypes.Rsa => RsaPublicKey.Read(ref reader),
        KeyTypes.SkEd25519 => SkEd25519PublicKey.Read(ref reader),
        KeyTypes.SkEcdsa => SkEcdsaPublicKey.Read(ref reader),
        _ when KeyTypes.IsCertificate(type) =>
            throw new SshKeyException($"A certificate ('{TextForPeople.Clean(type)}') stands where only a plain key is allowed."),
        _ => throw new SshKeyException(
            $"Keys of type '{TextForPeople.Clean(type)}' are not supported. Use Ed25519, ECDSA, or RSA: ssh-keygen -t ed25519."),
    };

    /// <summary>The fields of the key's type: the blob without the type. Certificates repeat them.</summary>
    internal ReadOnlySpan<byte> Fields => _blob.AsSpan(4 + Type.Length);

    /// <param name="algorithm">One of <see cref="SignatureAlgorithms"/>.</param>
    /// <param name="data">What was signed.</param>
    /// <param name="value">The signature's value.</param>
    /// <param name="rest">What follows the value: empty but for security keys.</param>
    private protected abstract bool VerifyValue(string algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> value, ReadOnlySpan<byte> rest);
}
