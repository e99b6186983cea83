using Teleport.Ssh.Keys;

namespace Teleport.Integration.Tests.Interoperability;

/// <summary>A key of each kind and its certificate by one authority; made once, as RSA keys take their time.</summary>
internal static class Keys
{
    public const string Login = "alice";
    public const string HostAddress = "127.0.0.1";

    private const string CertificateSuffix = "-cert-v01@openssh.com";

    private static readonly Dictionary<SshKeyKind, SshPrivateKey> OfHost = Generate();
    private static readonly Dictionary<SshKeyKind, SshPrivateKey> OfUser = Generate();

    public static SshPrivateKey Authority { get; } = SshPrivateKey.Generate(SshKeyKind.Ed25519);

    public static IEnumerable<SshPrivateKey> AllOfHost => OfHost.Values;

    public static IEnumerable<SshPrivateKey> AllOfUser => OfUser.Values;

    public static SshPrivateKey HostKey(string algorithm) => OfHost[KindOf(algorithm)];

    public static SshPrivateKey UserKey(string algorithm) => OfUser[KindOf(algorithm)];

    public static bool IsCertificate(string algorithm) => algorithm.EndsWith(CertificateSuffix, StringComparison.Ordinal);

    public static string SignatureOf(string algorithm) => algorithm.Replace(CertificateSuffix, null, StringComparison.Ordinal);

    public static SshCertificate Certify(SshPrivateKey key, SshCertificateKind kind, params string[] principals) => new SshCertificateRequest
    {
        Key = key.PublicKey,
        Kind = kind,
        KeyId = "interoperability",
        Principals = principals,
        ValidAfter = DateTimeOffset.UnixEpoch,
        ValidBefore = null,
        Extensions = new Dictionary<string, string?> { ["permit-pty"] = null },
    }.Sign(Authority);

    public static SshCredential Credential(SshPrivateKey key, string algorithm, SshCertificateKind kind, string principal) =>
        IsCertificate(algorithm) ? SshCredential.FromCertificate(key, Certify(key, kind, principal)) : SshCredential.FromKey(key);

    private static SshKeyKind KindOf(string algorithm) => SignatureOf(algorithm) switch
    {
        "ssh-ed25519" => SshKeyKind.Ed25519,
        "ecdsa-sha2-nistp256" => SshKeyKind.EcdsaP256,
        "ecdsa-sha2-nistp384" => SshKeyKind.EcdsaP384,
        "ecdsa-sha2-nistp521" => SshKeyKind.EcdsaP521,
        _ => SshKeyKind.Rsa,
    };

    private static Dictionary<SshKeyKind, SshPrivateKey> Generate() =>
        Enum.GetValues<SshKeyKind>().ToDictionary(kind => kind, kind => SshPrivateKey.Generate(kind, rsaBits: 2048));
}
