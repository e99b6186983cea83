using Teleport.Ssh.Keys;

namespace Teleport.Ssh.Authentication;

/// <summary>Names of signature algorithms, of keys and of certificates, and how they belong together.</summary>
internal static class SignatureAlgorithms
{
    private const string CertificateSuffix = "-cert-v01@openssh.com";

    /// <summary>What users may sign with. SHA-1 (ssh-rsa) is missing on purpose.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "ssh-ed25519",
        "sk-ssh-ed25519@openssh.com",
        "ecdsa-sha2-nistp256",
        "ecdsa-sha2-nistp384",
        "ecdsa-sha2-nistp521",
        "sk-ecdsa-sha2-nistp256@openssh.com",
        "rsa-sha2-512",
        "rsa-sha2-256",
    ];

    /// <summary>What hosts may prove themselves with; certificates first.</summary>
    public static IReadOnlyList<string> DefaultHostKeys { get; } = CreateHostKeys();

    /// <summary>The signature algorithm behind a name, which may be that of a certificate.</summary>
    public static string SignatureOf(string algorithm)
    {
        if (!algorithm.EndsWith(CertificateSuffix, StringComparison.Ordinal))
            return algorithm;

        string plain = algorithm[..^CertificateSuffix.Length];
        return plain.StartsWith("sk-", StringComparison.Ordinal) ? plain + "@openssh.com" : plain;
    }

    public static bool IsCertificate(string algorithm) => algorithm.EndsWith(CertificateSuffix, StringComparison.Ordinal);

    /// <summary>The name of the certificate algorithm that signs with <paramref name="signature"/>.</summary>
    public static string CertificateOf(string signature) => signature.Replace("@openssh.com", null, StringComparison.Ordinal) + CertificateSuffix;

    /// <summary>Whether an algorithm's name fits a certificate's type: the RSA names differ by their hash, the type does not.</summary>
    public static bool Fits(string algorithm, SshCertificate certificate) =>
        IsCertificate(algorithm) && certificate.Key.SignatureAlgorithms.Contains(SignatureOf(algorithm));

    /// <summary>Whether an algorithm's name fits a plain key.</summary>
    public static bool Fits(string algorithm, SshPublicKey key) => !IsCertificate(algorithm) && key.SignatureAlgorithms.Contains(algorithm);

    /// <summary>The algorithms by which a server can prove its keys, in the order of the keys.</summary>
    public static IReadOnlyList<string> OfHostKeys(IReadOnlyList<SshCredential> hostKeys)
    {
        List<string> names = [];
        foreach (SshCredential credential in hostKeys.Where(credential => credential.Certificate is not null))
            names.AddRange(credential.PublicKey.SignatureAlgorithms.Where(All.Contains).Select(CertificateOf));
        foreach (SshCredential credential in hostKeys)
            names.AddRange(credential.PublicKey.SignatureAlgorithms.Where(All.Contains));

        return [.. names.Distinct()];
    }

    private static string[] CreateHostKeys()
    {
        string[] plain = [.. All.Where(name => !name.StartsWith("sk-", StringComparison.Ordinal))];
        return [.. plain.Select(CertificateOf), .. plain];
    }
}
