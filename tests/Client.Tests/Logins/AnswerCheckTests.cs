using Microsoft.Extensions.Time.Testing;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Security;
using Teleport.Client.Logins;
using Teleport.Client.Tests.Fixtures;
using Teleport.Client.Web;
using Teleport.Pki.Files;
using Teleport.Ssh.Keys;

namespace Teleport.Client.Tests.Logins;

public sealed class AnswerCheckTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Start);
    private readonly TestCluster _cluster;
    private readonly SshPrivateKey _key = SshPrivateKey.Generate(SshKeyKind.EcdsaP256);

    public AnswerCheckTests() => _cluster = new TestCluster(time: _time);

    private UserIdentity Alice => _cluster.User("alice");

    public void Dispose()
    {
        _cluster.Dispose();
        _key.Dispose();
    }

    [Fact]
    public void Accept_WhatWasAskedFor_GivesTheClusterOfTheCertificate()
    {
        CertificateAnswer answer = _cluster.Answer(_key.PublicKey, Alice);
        using var leaf = new TestCluster("leaf");
        answer.HostSigners!.Insert(0, leaf.Signer());
        (IdentityFile identity, string cluster) = Accept(answer);
        Assert.Equal("demo", cluster);
        // What the answer says of other clusters is left out.
        Assert.Equal(new HostAuthorityLine("demo", _cluster.HostKey), Assert.Single(identity.SshAuthorities));
        Assert.Equal(_cluster.HostRoot.Trim(), Assert.Single(identity.TlsAuthorities).Trim());
    }

    [Fact]
    public void H53_SshCertificateForAnotherKey_IsRefused()
    {
        using SshPrivateKey other = SshPrivateKey.Generate(SshKeyKind.EcdsaP256);
        AssertRefused(_cluster.Answer(other.PublicKey, Alice, tlsKey: _key.PublicKey), "not for the key");
    }

    [Fact]
    public void H53_TlsCertificateForAnotherKey_IsRefused()
    {
        using SshPrivateKey other = SshPrivateKey.Generate(SshKeyKind.EcdsaP256);
        AssertRefused(_cluster.Answer(_key.PublicKey, Alice, tlsKey: other.PublicKey), "not for the key");
    }

    [Fact]
    public void H53_CertificatesForAnotherUser_AreRefused()
    {
        AssertRefused(_cluster.Answer(_key.PublicKey, _cluster.User("bob")), "another user");
        AssertRefused(_cluster.Answer(_key.PublicKey, Alice, tlsIdentity: _cluster.User("bob")), "another user");
        CertificateAnswer answer = _cluster.Answer(_key.PublicKey, Alice);
        answer.Username = "bob";
        AssertRefused(answer, "another user");
    }

    [Fact]
    public void H53_CertificatesOfTwoClusters_AreRefused()
    {
        using var other = new TestCluster("other", _time);
        CertificateAnswer answer = _cluster.Answer(_key.PublicKey, Alice);
        answer.TlsCert = other.Answer(_key.PublicKey, other.User("alice")).TlsCert;
        AssertRefused(answer, "different clusters");
    }

    [Fact]
    public void H53_AuthorityOfAnotherClusterOnly_IsRefused()
    {
        using var other = new TestCluster("other", _time);
        CertificateAnswer answer = _cluster.Answer(_key.PublicKey, Alice);
        answer.HostSigners = [other.Signer()];
        AssertRefused(answer, "says nothing of the host authority of the cluster demo");
        answer.HostSigners = null;
        AssertRefused(answer, "says nothing of the host authority");
    }

    [Fact]
    public void H53_ClusterNamedLikeAPath_IsRefused()
    {
        using var evil = new TestCluster("../../etc", _time);
        TeleportException error = Assert.Throws<TeleportException>(() => Accept(evil.Answer(_key.PublicKey, evil.User("alice"))));
        Assert.Contains("cluster", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("!")]
    [InlineData("c3NoLXJzYQ==")]
    public void Accept_CertificateThatIsNone_IsOneError(string cert)
    {
        CertificateAnswer answer = _cluster.Answer(_key.PublicKey, Alice);
        answer.Cert = cert;
        Assert.Equal(ErrorCode.Unavailable, Assert.Throws<TeleportException>(() => Accept(answer)).Code);
    }

    [Theory]
    [InlineData(-3)]
    [InlineData(2)]
    public void Accept_ClockThatIsOff_SaysBothTimes(int hours)
    {
        CertificateAnswer answer = _cluster.Answer(_key.PublicKey, Alice);
        var clock = new FakeTimeProvider(Start.AddHours(hours));
        TeleportException error = Assert.Throws<TeleportException>(() => new AnswerCheck(clock).Accept(answer, _key, Request(), Start));
        Assert.Contains("The clocks differ", error.Message, StringComparison.Ordinal);
        Assert.Contains("the proxy's says 2030-01-02 03:04:05Z", error.Message, StringComparison.Ordinal);
    }

    private void AssertRefused(CertificateAnswer answer, string why)
    {
        TeleportException error = Assert.Throws<TeleportException>(() => Accept(answer));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    private (IdentityFile Identity, string Cluster) Accept(CertificateAnswer answer) => new AnswerCheck(_time).Accept(answer, _key, Request(), null);

    private static LoginRequest Request() => new() { Proxy = new ProxyAddress("proxy"), User = "alice" };
}
