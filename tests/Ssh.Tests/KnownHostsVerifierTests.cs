using Teleport.Ssh.Keys;

namespace Teleport.Ssh.Tests;

public sealed class KnownHostsVerifierTests : IDisposable
{
    private readonly SshPrivateKey _host = SshPrivateKey.Generate(SshKeyKind.Ed25519);
    private readonly SshPrivateKey _authority = SshPrivateKey.Generate(SshKeyKind.EcdsaP256);

    public void Dispose()
    {
        _host.Dispose();
        _authority.Dispose();
    }

    [Fact]
    public async Task Verify_PinnedKey_IsTrustedUnderItsNameAndPortOnly()
    {
        string file = KnownHostsFile.FormatLine(["[db1]:2022"], _host.PublicKey);

        Assert.True(await VerifyAsync(file, "DB1", 2022));
        await RefusedAsync(file, "db2", 2022, "does not know db2");
        await RefusedAsync(file, "db1", 22, "does not know db1");
    }

    [Fact]
    public async Task Verify_OtherKeyThanPinned_SaysWhichLine()
    {
        using SshPrivateKey other = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        string file = "# comment\n" + KnownHostsFile.FormatLine(["db1"], other.PublicKey);

        await RefusedAsync(file, "db1", 22, "line 2 of known_hosts has another key");
    }

    [Fact]
    public async Task Verify_Revoked_IsRefusedThoughPinned()
    {
        string file = KnownHostsFile.FormatLine(["db1"], _host.PublicKey) + "\n" +
            KnownHostsFile.FormatLine(["*"], _host.PublicKey, KnownHostsMarker.Revoked);

        await RefusedAsync(file, "db1", 22, "revokes that key");
    }

    [Fact]
    public async Task Verify_Certificate_NeedsTheAuthorityAndTheName()
    {
        string file = KnownHostsFile.FormatLine(["*.example.com"], _authority.PublicKey, KnownHostsMarker.CertificateAuthority);
        SshCertificate certificate = Certify("db1.example.com", SshCertificateKind.Host);

        Assert.True(await VerifyAsync(file, "db1.example.com", 22, certificate));
        await RefusedAsync(file, "db2.example.com", 22, "principals", certificate);
        await RefusedAsync(file, "db1.example.org", 22, "does not know", certificate);
        await RefusedAsync(file, "db1.example.com", 22, "User certificate", Certify("db1.example.com", SshCertificateKind.User));
        string revoked = file + "\n" + KnownHostsFile.FormatLine(["*"], _authority.PublicKey, KnownHostsMarker.Revoked);
        await RefusedAsync(revoked, "db1.example.com", 22, "revokes the authority", certificate);
    }

    [Fact]
    public void Order_PutsAlgorithmsOfKnownKeysFirst()
    {
        using SshPrivateKey rsa = SshPrivateKey.Generate(SshKeyKind.Rsa, 2048);
        KnownHostsVerifier verifier = new(KnownHostsFile.Parse(KnownHostsFile.FormatLine(["db1"], rsa.PublicKey)), "db1");

        IReadOnlyList<string> ordered = verifier.Order(SshAlgorithms.Default.HostKeys);

        Assert.Equal(["rsa-sha2-512", "rsa-sha2-256"], ordered.Take(2));
        Assert.Equal(SshAlgorithms.Default.HostKeys.Order(), ordered.Order());
    }

    private SshCertificate Certify(string principal, SshCertificateKind kind) => new SshCertificateRequest
    {
        Key = _host.PublicKey,
        Kind = kind,
        KeyId = "db1",
        Principals = [principal],
        ValidAfter = DateTimeOffset.UnixEpoch,
        ValidBefore = null,
    }.Sign(_authority);

    private async Task<bool> VerifyAsync(string file, string host, int port, SshCertificate? certificate = null) =>
        await new KnownHostsVerifier(KnownHostsFile.Parse(file), host, port)
            .VerifyAsync(new SshHostKeyOffer(_host.PublicKey, certificate, null), CancellationToken.None);

    private async Task RefusedAsync(string file, string host, int port, string why, SshCertificate? certificate = null)
    {
        SshHostKeyException exception = await Assert.ThrowsAsync<SshHostKeyException>(() => VerifyAsync(file, host, port, certificate));
        Assert.Contains(why, exception.Message, StringComparison.Ordinal);
    }
}
