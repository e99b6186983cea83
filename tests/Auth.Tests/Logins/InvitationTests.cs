using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Api.Login.V1;
using Teleport.Api.Users.V1;
using Teleport.Auth.Options;
using Teleport.Auth.Tests.Cluster;

namespace Teleport.Auth.Tests.Logins;

public sealed class InvitationTests
{
    [Fact]
    public async Task Invitation_OpenedTwice_ShowsTheSameSecretAndAPicture()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        JoinedHost proxy = await cluster.ProxyAsync();
        InvitationLink link = await cluster.CreateUserAsync("alice", "access");

        Invitation first = await proxy.Client.Login.GetInvitationAsync(new GetInvitationRequest { Token = link.Token });
        Invitation second = await proxy.Client.Login.GetInvitationAsync(new GetInvitationRequest { Token = link.Token });

        Assert.StartsWith("otpauth://totp/lab.example:alice?secret=", first.OtpUri, StringComparison.Ordinal);
        Assert.Equal(first.OtpUri, second.OtpUri);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], first.OtpQrCode.ToByteArray()[..4]);
        Assert.Equal(3600, link.TtlSeconds);
        Assert.Equal($"https://authhost:3080/web/invite/{link.Token}", link.Url);
    }

    [Fact]
    public async Task Invitation_ProxyAnnounced_LeadsThere()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        JoinedHost proxy = await cluster.ProxyAsync();
        await Announcements.ProxyAsync(proxy, static s => s with { Spec = s.Spec with { PublicAddrs = ["teleport.example.com:443"] } });

        InvitationLink link = await cluster.CreateUserAsync("alice", "access");

        Assert.Equal($"https://teleport.example.com:443/web/invite/{link.Token}", link.Url);
    }

    [Fact]
    public async Task Invitation_AcceptedTwiceAtOnce_WorksOnce()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        JoinedHost proxy = await cluster.ProxyAsync();
        InvitationLink link = await cluster.CreateUserAsync("alice", "access");
        var alice = new TestUser(cluster, "alice", (await proxy.Client.Login.GetInvitationAsync(new GetInvitationRequest { Token = link.Token })).OtpUri);
        string code = alice.Code();

        bool[] accepted = await Task.WhenAll(Enumerable.Range(0, 5).Select(async i =>
        {
            try
            {
                await proxy.Client.Login.AcceptInvitationAsync(
                    new AcceptInvitationRequest { Token = link.Token, Password = $"{AuthCluster.Password}{i}", OtpCode = code });
                return true;
            }
            catch (TeleportException e) when (e.Code is ErrorCode.Conflict or ErrorCode.NotFound)
            {
                return false;
            }
        }));

        Assert.Equal(1, accepted.Count(static a => a));
        await Refusal.OfAsync(ErrorCode.NotFound, () => proxy.Client.Login.GetInvitationAsync(new GetInvitationRequest { Token = link.Token }));
        Assert.Single(await cluster.EventsAsync("user.password_change"));
        Assert.Single(await cluster.EventsAsync("mfa.add"));
    }

    [Theory]
    [InlineData("short", true)]
    [InlineData("aaaaaaaaaaaaaaaa", true)]
    [InlineData(AuthCluster.Password, false)]
    public async Task Invitation_NotAcceptable_StaysGood(string password, bool rightCode)
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        JoinedHost proxy = await cluster.ProxyAsync();
        InvitationLink link = await cluster.CreateUserAsync("alice", "access");
        var alice = new TestUser(cluster, "alice", (await proxy.Client.Login.GetInvitationAsync(new GetInvitationRequest { Token = link.Token })).OtpUri);

        await Refusal.OfAsync(ErrorCode.Invalid, () => proxy.Client.Login.AcceptInvitationAsync(
            new AcceptInvitationRequest { Token = link.Token, Password = password, OtpCode = rightCode ? alice.Code() : "000000" }));

        await proxy.Client.Login.AcceptInvitationAsync(
            new AcceptInvitationRequest { Token = link.Token, Password = AuthCluster.Password, OtpCode = alice.Code() });
        await alice.LoginAsync();
    }

    [Fact]
    public async Task H23_CodeOfTheEnrollment_IsUsedUpByIt()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        TestUser alice = await cluster.UserAsync("alice", "access");
        JoinedHost proxy = await cluster.ProxyAsync();

        await Refusal.OfAsync(ErrorCode.Unauthenticated, () => proxy.Client.Login.LoginAsync(alice.Request(code: alice.Code())));
        await alice.LoginAsync();
    }

    [Fact]
    public async Task Invitation_AfterItsTime_IsGone()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        JoinedHost proxy = await cluster.ProxyAsync();
        InvitationLink link = await cluster.CreateUserAsync("alice", "access");
        cluster.Time.Advance(TimeSpan.FromMinutes(61));

        await Refusal.OfAsync(ErrorCode.NotFound, () => proxy.Client.Login.GetInvitationAsync(new GetInvitationRequest { Token = link.Token }));
        await Refusal.OfAsync(ErrorCode.NotFound, () => proxy.Client.Login.AcceptInvitationAsync(
            new AcceptInvitationRequest { Token = link.Token, Password = AuthCluster.Password, OtpCode = "123456" }));
    }

    [Fact]
    public async Task Reset_TakesCredentialsAndOldLinksAway()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        TestUser alice = await cluster.UserAsync("alice", "access");
        JoinedHost proxy = await cluster.ProxyAsync();
        InvitationLink first = await cluster.Admin.Users.ResetUserAsync(new ResetUserRequest { Name = "alice" });

        InvitationLink second = await cluster.Admin.Users.ResetUserAsync(new ResetUserRequest { Name = "alice" });

        Assert.Equal(8 * 3600, second.TtlSeconds);
        Assert.Contains("/web/reset/", second.Url, StringComparison.Ordinal);
        await Refusal.OfAsync(ErrorCode.Unauthenticated, () => alice.LoginAsync());
        await Refusal.OfAsync(ErrorCode.NotFound, () => proxy.Client.Login.GetInvitationAsync(new GetInvitationRequest { Token = first.Token }));
        var anew = new TestUser(cluster, "alice", (await proxy.Client.Login.GetInvitationAsync(new GetInvitationRequest { Token = second.Token })).OtpUri);
        await proxy.Client.Login.AcceptInvitationAsync(new AcceptInvitationRequest { Token = second.Token, Password = AuthCluster.Password, OtpCode = anew.Code() });
        await anew.LoginAsync();
    }

    [Fact]
    public async Task Invitation_SecondFactorOff_NeedsNone()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync(new AuthOptions { Authentication = new AuthenticationOptions { SecondFactor = "off" } });

        TestUser alice = await cluster.UserAsync("alice", "access");

        Assert.Equal("", alice.Code());
        await alice.LoginAsync();
    }

    [Theory]
    [InlineData(59)]
    [InlineData(48 * 3600 + 1)]
    [InlineData(-1)]
    public async Task CreateUser_LifeOutOfRange_CreatesNobody(long ttl)
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();

        await Refusal.OfAsync(ErrorCode.Invalid, () => cluster.Admin.Users.CreateUserAsync(
            new CreateUserRequest { Name = "alice", Roles = { "access" }, TtlSeconds = ttl }));

        Assert.Empty(await AuthCluster.ListAsync<User>(cluster.Admin, ResourceKinds.User));
    }

    [Fact]
    public async Task CreateUser_Twice_SaysSo()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        await cluster.CreateUserAsync("bob", "access");

        TeleportException refusal = await Refusal.OfAsync(ErrorCode.Conflict, () => cluster.CreateUserAsync("bob", "access"));

        Assert.Equal("user \"bob\" already registered", refusal.Message);
    }
}
