using System.Text;
using Teleport.Ssh;
using Teleport.Ssh.Keys;

namespace Teleport.Fuzz.Targets;

/// <summary>Keys, certificates, signatures, and the files that hold them.</summary>
internal sealed class KeyTarget(string name, int shortRun, Func<IEnumerable<byte[]>> seeds, KeyTarget.Parser parse) : IFuzzTarget
{
    private static readonly SshKeyKind[] Kinds = Enum.GetValues<SshKeyKind>();
    private static readonly SshPublicKey[] Verifiers =
    [
        SshPublicKey.Parse("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"),
        .. Kinds.Select(kind => SshPrivateKey.Generate(kind, 2048).PublicKey),
    ];

    public delegate void Parser(ReadOnlySpan<byte> input);

    public static IEnumerable<KeyTarget> All { get; } =
    [
        new("public-keys", 5000, () => Keys().Select(key => key.PublicKey.Blob.ToArray()), input => _ = SshPublicKey.FromBlob(input).Fingerprint),
        new("certificates", 3000, () => Keys().Select(key => Certify(key).Blob.ToArray()), CheckCertificate),
        new("signatures", 3000, () => Keys().SelectMany(Signatures), CheckSignature),
        new("private-key-files", 500, () => Keys().SelectMany(PrivateKeyFiles), input => SshPrivateKey.Parse(Encoding.Latin1.GetString(input)).Dispose()),
        new("authorized-keys", 5000, () => Keys().Select(key => Encoding.UTF8.GetBytes(AuthorizedKeys(key))), input => AuthorizedKeysLine.ParseFile(Encoding.UTF8.GetString(input))),
        new("known-hosts", 5000, () => Keys().Select(key => Encoding.UTF8.GetBytes(KnownHosts(key))), CheckKnownHosts),
        new("source-addresses", 20_000, () => ["192.0.2.1,2001:db8::/32,10.0.0.0/8,::ffff:10.0.0.0/104"u8.ToArray()], input => SourceAddressList.Parse(Encoding.Latin1.GetString(input)).Contains(System.Net.IPAddress.Loopback)),
    ];

    public string Name => name;

    public int ShortRun => shortRun;

    public IEnumerable<byte[]> Seeds => seeds();

    public void Run(ReadOnlySpan<byte> input)
    {
        try
        {
            parse(input);
        }
        catch (SshException)
        {
            // Refused, as malformed or as a key that is not used here.
        }
    }

    private static IEnumerable<SshPrivateKey> Keys() => Kinds.Select(kind => SshPrivateKey.Generate(kind, 2048));

    private static SshCertificate Certify(SshPrivateKey key) => new SshCertificateRequest
    {
        Key = key.PublicKey,
        Serial = 7,
        Kind = SshCertificateKind.User,
        KeyId = "alice",
        Principals = ["alice", "root"],
        ValidAfter = DateTimeOffset.UnixEpoch,
        ValidBefore = null,
        CriticalOptions = new Dictionary<string, string?> { ["force-command"] = "ls", ["source-address"] = "192.0.2.1" },
        Extensions = new Dictionary<string, string?> { ["permit-pty"] = null, ["login@example"] = "alice" },
    }.Sign(key);

    private static IEnumerable<byte[]> Signatures(SshPrivateKey key) => key.PublicKey.SignatureAlgorithms.Select(algorithm => key.Sign(algorithm, "data"u8));

    private static IEnumerable<byte[]> PrivateKeyFiles(SshPrivateKey key) =>
    [
        Encoding.ASCII.GetBytes(key.ToOpenSshPem("comment")), Encoding.ASCII.GetBytes(key.ToPkcs8Pem()),
    ];

    private static string AuthorizedKeys(SshPrivateKey key) =>
        "# comment\n" + key.PublicKey.ToAuthorizedKeysLine("me") + "\n" +
        "from=\"10.0.0.0/8\",command=\"echo \\\"x\\\"\",no-pty,cert-authority " + key.PublicKey.ToAuthorizedKeysLine() + "\n";

    private static string KnownHosts(SshPrivateKey key) =>
        KnownHostsFile.FormatLine(["a.example", "[b.example]:2022", "!c.*"], key.PublicKey) + "\n" +
        KnownHostsFile.FormatLine(["*.example"], key.PublicKey, KnownHostsMarker.CertificateAuthority) + "\n" +
        KnownHostsFile.FormatLine([KnownHostsFile.HashHost("d.example")], key.PublicKey, KnownHostsMarker.Revoked) + "\n";

    private static void CheckCertificate(ReadOnlySpan<byte> input)
    {
        SshCertificate certificate = SshCertificate.FromBlob(input);
        _ = certificate.VerifySignature();
        _ = certificate.ToString();
        SshCertificateRules rules = new()
        {
            Kind = SshCertificateKind.User,
            Authorities = [certificate.SignatureKey],
            Now = DateTimeOffset.UnixEpoch.AddYears(50),
            Principal = "alice",
            RemoteAddress = System.Net.IPAddress.Loopback,
            EnforcedOptions = ["force-command"],
        };
        _ = rules.FindProblem(certificate);
    }

    private static void CheckSignature(ReadOnlySpan<byte> input)
    {
        foreach (SshPublicKey key in Verifiers)
        {
            foreach (string algorithm in key.SignatureAlgorithms)
            {
                if (key.Verify(algorithm, "other data"u8, input))
                    throw new InvalidOperationException($"A signature of {algorithm} was forged.");
            }
        }
    }

    private static void CheckKnownHosts(ReadOnlySpan<byte> input)
    {
        KnownHostsFile file = KnownHostsFile.Parse(Encoding.UTF8.GetString(input));
        _ = file.Match("a.example");
        _ = file.Match("d.example", 2022);
    }
}
