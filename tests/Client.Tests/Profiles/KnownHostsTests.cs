using Teleport.Abstractions.Errors;
using Teleport.Client.Profiles;
using Teleport.Client.Tests.Fixtures;
using Teleport.Pki.Files;
using Teleport.Ssh.Keys;

namespace Teleport.Client.Tests.Profiles;

public sealed class KnownHostsTests : IDisposable
{
    private readonly TestCluster _good = new("demo");
    private readonly TestCluster _other = new("other");

    public void Dispose()
    {
        _good.Dispose();
        _other.Dispose();
    }

    [Fact]
    public void Replace_NewLogin_ReplacesItsOwnLinesOnly()
    {
        using var renewed = new TestCluster("demo");
        string text = Log("mine ssh-ed25519 AAAA\n# a comment\n", _other, "p2");
        text = Log(text, _good, "p1");
        text = Log(text, renewed, "p1");
        Assert.StartsWith("mine ssh-ed25519 AAAA\n# a comment\n", text, StringComparison.Ordinal);
        Assert.Equal([renewed.HostKey], KnownHostsUpdate.KeysOf(text, "demo"));
        Assert.Equal([_other.HostKey], KnownHostsUpdate.KeysOf(text, "other"));
    }

    [Theory]
    [InlineData("demo")]
    [InlineData("DEMO")]
    public void H53_ProxyThatClaimsAnotherProxysCluster_IsRefused(string claimed)
    {
        using var evil = new TestCluster(claimed);
        string text = Log("", _good, "good");
        TeleportException error = Assert.Throws<TeleportException>(() => Log(text, evil, "evil", Profile(_good, "good")));
        Assert.Equal(ErrorCode.Conflict, error.Code);
        Assert.Contains("tsh logout --proxy=good", error.Message, StringComparison.Ordinal);
        // The same cluster by another of its proxies is fine, and changes nothing.
        Assert.Equal(text, Log(text, _good, "second", Profile(_good, "good")));
    }

    [Fact]
    public void H53_ProxyThatNamesAKeyOfItsOwnBesideTheKnownOne_IsRefused()
    {
        using SshPrivateKey evil = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        string text = Log("", _good, "good");
        Assert.Throws<TeleportException>(() => KnownHostsUpdate.Replace(
            text, Profile(_good, "evil"), [new("demo", _good.HostKey), new("demo", evil.PublicKey)], [Profile(_good, "good")]));
    }

    [Fact]
    public void H53_LoginThatSpeaksForAnotherCluster_IsRefused()
    {
        Assert.Throws<TeleportException>(() => KnownHostsUpdate.Replace("", Profile(_good, "p"), [new("demo", _good.HostKey), new("other", _other.HostKey)], []));
        Assert.Throws<TeleportException>(() => KnownHostsUpdate.Replace("", Profile(_good, "p"), [], []));
    }

    [Fact]
    public void H53_KeysOf_ComparesTheClusterExactly()
    {
        string key = _other.HostKey.ToAuthorizedKeysLine();
        string text = $"@cert-authority * {key}\n@cert-authority *.DEMO {key}\n@cert-authority *.mo {key}\n@cert-authority *.sub.demo {key}\n*.demo {key}\n";
        Assert.Empty(KnownHostsUpdate.KeysOf(text, "demo"));
        Assert.Equal([_other.HostKey], KnownHostsUpdate.KeysOf(text + $"@cert-authority proxy,*.demo {key}\n", "demo"));
        Assert.Empty(KnownHostsUpdate.KeysOf(text + $"@cert-authority *.demo {key}\n@revoked * {key}\n", "demo"));
    }

    private static string Log(string text, TestCluster cluster, string proxy, params Profile[] others) =>
        KnownHostsUpdate.Replace(text, Profile(cluster, proxy), [new HostAuthorityLine(cluster.Name, cluster.HostKey)], others);

    private static Profile Profile(TestCluster cluster, string proxy) => cluster.Login(proxy, "alice").Profile;
}
