using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Security;
using Teleport.Proxy.Tests.Fixtures;
using Teleport.Proxy.Tests.FrontDoor;
using Teleport.Ssh;
using Teleport.Ssh.Keys;

namespace Teleport.Proxy.Tests.SshGateway;

/// <summary>Who is let in over SSH, and what the audit log says of the others.</summary>
public sealed class AuthenticationTests
{
    private const string NodeId = "1333be40-ff8e-4d4f-871e-72eac0ffdf29";

    [Fact]
    public async Task User_AnyLoginName_IsLetIn()
    {
        await using TestProxy proxy = TestProxy.Start();

        await using SshConnection ssh = await proxy.ConnectAsAdminAsync("whatever");

        Assert.False(ssh.Completion.IsCompleted);
        Assert.Empty(proxy.Events);
    }

    [Theory]
    [InlineData("other cluster", "")]
    [InlineData("host certificate at the SSH port", "this is the port of users")]
    [InlineData("host certificate signed by the user authority", "")]
    [InlineData("expired", "")]
    [InlineData("wrong source address", "")]
    [InlineData("kube only", "good for kube only")]
    public async Task H09_OtherCertificates_AreRefusedAndOnRecord(string attack, string reason)
    {
        await using TestProxy proxy = TestProxy.Start();
        using var stranger = new TestAuthorities();
        using var expired = new TestAuthorities(new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UtcNow.AddDays(-2)));
        UserIdentity alice = proxy.Authorities.Identity("alice", "admin");
        SshCredential credential = attack switch
        {
            "other cluster" => stranger.User(stranger.Identity("alice", "admin")),
            "host certificate at the SSH port" => proxy.Authorities.Host(SystemRole.Node, NodeId),
            "host certificate signed by the user authority" => stranger.Host(SystemRole.Node, NodeId),
            "expired" => expired.User(expired.Identity("alice", "admin")),
            "wrong source address" => proxy.Authorities.User(alice with { PinnedAddress = "203.0.113.7" }),
            _ => proxy.Authorities.User(alice with { Usage = "kube" }),
        };
        if (attack == "expired")
        {
            proxy.Snapshot = proxy.Snapshot with { UserAuthorities = expired.Snapshot().UserAuthorities };
        }

        await Assert.ThrowsAnyAsync<SshException>(() => proxy.ConnectAsync(credential, NodeId));

        await FrontDoorTests.EventuallyAsync(() => proxy.Events.Count > 0);
        var refused = Assert.IsType<AuthFailedEvent>(Assert.Single(proxy.Events));
        Assert.Equal("T3007W", refused.Code);
        Assert.Equal(NodeId, refused.Login);
        Assert.Equal(TestAuthorities.ProxyId, refused.ServerId);
        Assert.StartsWith("127.0.0.1:", refused.RemoteAddress, StringComparison.Ordinal);
        Assert.Contains(reason, refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PlainKey_IsRefusedWithoutFillingTheAuditLog()
    {
        await using TestProxy proxy = TestProxy.Start();

        await Assert.ThrowsAnyAsync<SshException>(() => proxy.ConnectAsync(SshCredential.FromKey(SshPrivateKey.Generate(SshKeyKind.Ed25519))));
        await using SshConnection control = await proxy.ConnectAsAdminAsync();

        Assert.Empty(proxy.Events);
    }

    [Fact]
    public async Task H07_CertificateOffered_OtherKeyProven_IsThatKeys()
    {
        await using TestProxy proxy = TestProxy.Start();
        SshCredential alice = proxy.Authorities.User(proxy.Authorities.Identity("alice", "admin"));
        SshPrivateKey thief = SshPrivateKey.Generate(SshKeyKind.EcdsaP256);
        // Alice's certificate, signed for by somebody else's key.
        SshCredential stolen = SshCredential.FromSigner(
            alice.PublicKey, alice.Certificate, (algorithm, data, _) => ValueTask.FromResult(thief.Sign(algorithm, data.Span)));

        await Assert.ThrowsAnyAsync<SshException>(() => proxy.ConnectAsync(stolen));
    }

    [Theory]
    [InlineData(nameof(SystemRole.Proxy), NodeId, "tunnels are for nodes")]
    [InlineData(nameof(SystemRole.Node), "00000000-0000-4000-8000-000000000000", "the agent logs in as")]
    public async Task Agent_WrongRoleOrName_IsRefused(string role, string login, string reason)
    {
        await using TestProxy proxy = TestProxy.Start();

        await Assert.ThrowsAnyAsync<SshException>(() =>
            proxy.ConnectAsync(proxy.Authorities.Host(Enum.Parse<SystemRole>(role), NodeId), login, proxy.TunnelPort));

        await FrontDoorTests.EventuallyAsync(() => proxy.Events.Count > 0);
        Assert.Contains(reason, Assert.IsType<AuthFailedEvent>(Assert.Single(proxy.Events)).Error, StringComparison.Ordinal);
        Assert.Equal(0, proxy.TunnelCount);
    }

    [Fact]
    public async Task User_AtTheTunnelPort_IsRefused()
    {
        await using TestProxy proxy = TestProxy.Start();

        await Assert.ThrowsAnyAsync<SshException>(() =>
            proxy.ConnectAsync(proxy.Authorities.User(proxy.Authorities.Identity("alice", "admin")), port: proxy.TunnelPort));

        await FrontDoorTests.EventuallyAsync(() => proxy.Events.Count > 0);
        Assert.Contains("this is the port of tunnels", Assert.IsType<AuthFailedEvent>(Assert.Single(proxy.Events)).Error, StringComparison.Ordinal);
    }
}
