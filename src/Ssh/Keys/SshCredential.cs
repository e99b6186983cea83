namespace Teleport.Ssh.Keys;

/// <summary>Something a party can prove: a key pair, or a certificate with its key, whose private half may live elsewhere.</summary>
/// <remarks>Does not own the private key. Safe for concurrent use if the signer is.</remarks>
public sealed class SshCredential
{
    private readonly Func<string, ReadOnlyMemory<byte>, CancellationToken, ValueTask<byte[]>> _sign;

    private SshCredential(
        SshPublicKey key, SshCertificate? certificate, Func<string, ReadOnlyMemory<byte>, CancellationToken, ValueTask<byte[]>> sign)
    {
        if (certificate is not null && !certificate.Key.Equals(key))
            throw new SshKeyException($"The certificate is for the key {certificate.Key.Fingerprint}, but the private key is that of {key.Fingerprint}.");

        PublicKey = key;
        Certificate = certificate;
        _sign = sign;
    }

    /// <summary>The plain public key.</summary>
    public SshPublicKey PublicKey { get; }

    /// <summary>The certificate of that key, or null.</summary>
    public SshCertificate? Certificate { get; }

    /// <summary>What is shown to the peer: the certificate if there is one, else the key.</summary>
    public ReadOnlyMemory<byte> PublicBlob => Certificate?.Blob ?? PublicKey.Blob;

    /// <summary>
    /// The public key algorithm names under which the peer is offered this, best first, with the signature algorithm that goes
    /// with each; they differ for certificates only.
    /// </summary>
    public IEnumerable<(string Name, string SignatureAlgorithm)> PublicKeyAlgorithms =>
        Certificate?.PublicKeyAlgorithms ?? PublicKey.SignatureAlgorithms.Select(algorithm => (algorithm, algorithm));

    /// <summary>A key without certificate.</summary>
    /// <param name="key">The key, which stays the caller's and must outlive the credential.</param>
    public static SshCredential FromKey(SshPrivateKey key) => Create(key, null);

    /// <summary>A key with its certificate.</summary>
    /// <param name="key">The key, which stays the caller's and must outlive the credential.</param>
    /// <param name="certificate">The certificate.</param>
    /// <exception cref="SshKeyException">The certificate is for another key.</exception>
    public static SshCredential FromCertificate(SshPrivateKey key, SshCertificate certificate) => Create(key, certificate);

    /// <summary>A key that lives elsewhere: in a key agent or a security module.</summary>
    /// <param name="key">The public half.</param>
    /// <param name="certificate">Its certificate, or null.</param>
    /// <param name="sign">Signs data by an algorithm and returns the signature in its wire form (algorithm and value as strings).</param>
    /// <exception cref="SshKeyException">The certificate is for another key.</exception>
    public static SshCredential FromSigner(
        SshPublicKey key, SshCertificate? certificate, Func<string, ReadOnlyMemory<byte>, CancellationToken, ValueTask<byte[]>> sign)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(sign);
        return new SshCredential(key, certificate, sign);
    }

    /// <summary>Proves the possession of the private key.</summary>
    /// <param name="signatureAlgorithm">One of the key's signature algorithms, not the name of a certificate algorithm.</param>
    /// <param name="data">What to sign.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The signature in its wire form: algorithm and value as strings.</returns>
    /// <exception cref="SshException">The key does not sign with this algorithm, or its holder refuses.</exception>
    public ValueTask<byte[]> SignAsync(string signatureAlgorithm, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default) =>
        _sign(signatureAlgorithm, data, cancellationToken);

    private static SshCredential Create(SshPrivateKey key, SshCertificate? certificate)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new SshCredential(
            key.PublicKey, certificate, (algorithm, data, _) => ValueTask.FromResult(key.Sign(algorithm, data.Span)));
    }
}
