using Teleport.Abstractions.Configuration;
using Teleport.Client.Profiles;
using Teleport.Pki.Files;
using Teleport.Ssh.Keys;

namespace Teleport.Tsh.Tests;

public sealed class StatusTextTests
{
    [Fact]
    public void H53_WhatACertificateSays_CannotActOnTheTerminal()
    {
        string text = StatusText.Format([Login("admin\\u001b[2J", "root\u009b31m", "permit-\u001b]0;x\u0007")], verbose: true);
        Assert.DoesNotContain(text, static c => char.IsControl(c) && c != '\n');
        Assert.Contains("Roles:              admin[2J\n", text, StringComparison.Ordinal);
        Assert.Contains("Logins:             root31m\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Format_Login_IsTheBlockThatPeopleKnow()
    {
        string text = StatusText.Format([Login("admin", "root", "permit-pty")], verbose: false);
        Assert.StartsWith(
            "> Profile URL:        https://proxy:3080\n  Logged in as:       alice\n  Cluster:            demo\n  Roles:              admin\n  Logins:             root\n" +
            "  Kubernetes:         disabled\n  Valid until:        forever\n  Extensions:         permit-pty\n", text, StringComparison.Ordinal);
    }

    private static StoredLogin Login(string role, string login, string extension)
    {
        using SshPrivateKey authority = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.EcdsaP256);
        SshCertificate certificate = new SshCertificateRequest
        {
            Key = key.PublicKey, Kind = SshCertificateKind.User, KeyId = "alice", Principals = [login], ValidAfter = DateTimeOffset.UnixEpoch, ValidBefore = null,
            Extensions = new Dictionary<string, string?>
            {
                [extension] = null, ["teleport-cluster"] = "demo", ["teleport-roles"] = $$"""{"version":"v1","roles":["{{role}}"]}""", ["teleport-traits"] = """{"lo\u001bgins":["x\u001b[0m"]}""",
            },
        }.Sign(authority);
        return new StoredLogin(
            new Profile { ProxyHost = "proxy", WebAddress = new NetworkAddress("proxy", 3080), SshAddress = new NetworkAddress("proxy", 3023), User = "alice", Cluster = "demo" },
            ClientIdentity.Of(new IdentityFile { PrivateKey = key.ToPkcs8Pem(), SshCertificate = certificate, SshAuthorities = [new HostAuthorityLine("demo", authority.PublicKey)] }),
            IsCurrent: true);
    }
}
