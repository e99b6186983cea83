namespace Teleport.Ssh.Keys;

/// <summary>Names of key types and signature algorithms, each written once.</summary>
internal static class KeyTypes
{
    public const string Ed25519 = "ssh-ed25519";
    public const string EcdsaP256 = "ecdsa-sha2-nistp256";
    public const string EcdsaP384 = "ecdsa-sha2-nistp384";
    public const string EcdsaP521 = "ecdsa-sha2-nistp521";
    public const string Rsa = "ssh-rsa";
    public const string RsaSha256 = "rsa-sha2-256";
    public const string RsaSha512 = "rsa-sha2-512";
    public const string SkEd25519 = "sk-ssh-ed25519@openssh.com";
    public const string SkEcdsa = "sk-ecdsa-sha2-nistp256@openssh.com";

    /// <summary>More than every name above and its certificate form has.</summary>
    public const int MaxNameLength = 64;

    private const string CertificateSuffix = "-cert-v01@openssh.com";
    private const string VendorSuffix = "@openssh.com";

    /// <summary>The certificate form of a key type or signature algorithm: ssh-ed25519 gives ssh-ed25519-cert-v01@openssh.com.</summary>
    public static string ToCertificate(string name) =>
        (name.EndsWith(VendorSuffix, StringComparison.Ordinal) ? name[..^VendorSuffix.Length] : name) + CertificateSuffix;

    public static bool IsCertificate(string name) => name.EndsWith(CertificateSuffix, StringComparison.Ordinal);

    /// <summary>The inverse of <see cref="ToCertificate"/>: a plain name is returned as it is.</summary>
    public static string ToPlain(string name)
    {
        if (!IsCertificate(name))
            return name;

        string plain = name[..^CertificateSuffix.Length];
        return plain.StartsWith("sk-", StringComparison.Ordinal) ? plain + VendorSuffix : plain;
    }
}
