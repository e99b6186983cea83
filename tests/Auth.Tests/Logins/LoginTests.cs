using System.Diagnostics;
using System.Text.Json;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Api.Login.V1;
using Teleport.Auth.Options;
using Teleport.Auth.Tests.Cluster;
using Teleport.Pki.Identities;
using Teleport.Storage.Sqlite;

namespace Teleport.Auth.Tests.Logins;

public sealed class LoginTests
{
    private const string Wrong = "this is not the password";

    [Fact]
    public async Task Login_PasswordAndCode_GivesTwoCertificatesThatSayTheSame()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        TestUser alice = await cluster.UserAsync("alice", "access");

        LoggedIn session = await alice.LoginAsync();

        UserIdentity ssh = UserIdentityReader.FromSsh(session.Ssh);
        UserIdentity tls = UserIdentityReader.FromX509(session.Tls);
        Assert.Equal(("alice", AuthCluster.Name), (ssh.UserName, ssh.ClusterName));
        Assert.Equal(ssh.Roles, tls.Roles);
        Assert.Equal(["alice", "root"], ssh.Principals.Order());
        Assert.Equal(ssh.Principals, tls.Principals);
        Assert.Equal(ssh.Traits, tls.Traits);
        Assert.Equal(ssh.Expires, tls.Expires);
        Assert.InRange(ssh.Expires - cluster.Time.GetUtcNow(), TimeSpan.FromHours(11.9), TimeSpan.FromHours(12.1));
        Assert.Equal(["T1000I"], (await cluster.EventsAsync("user.login")).Select(static e => e.GetProperty("code").GetString()));
        Assert.Contains(await cluster.EventsAsync("cert.create"), static e => e.GetProperty("identity").GetProperty("user").GetString() == "alice");
    }

    [Fact]
    public async Task Login_LongLife_IsClampedByRolesAndByThirtyHours()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        await Documents.CreateAsync(cluster.Admin, new Role
        {
            Metadata = new ResourceMetadata { Name = "short" }, Spec = new RoleSpec { Options = new RoleOptions { MaxSessionTtl = "2h" } },
        });
        TestUser alice = await cluster.UserAsync("alice", "access");
        TestUser bob = await cluster.UserAsync("bob", "access", "short");

        LoggedIn longest = await alice.LoginAsync(static r => r.TtlSeconds = 300 * 3600);
        LoggedIn shortest = await bob.LoginAsync(static r => r.TtlSeconds = 10 * 3600);

        DateTimeOffset now = cluster.Time.GetUtcNow();
        Assert.InRange(UserIdentityReader.FromSsh(longest.Ssh).Expires - now, TimeSpan.FromHours(29.9), TimeSpan.FromHours(30.1));
        Assert.InRange(UserIdentityReader.FromSsh(shortest.Ssh).Expires - now, TimeSpan.FromHours(1.9), TimeSpan.FromHours(2.1));
    }

    [Fact]
    public async Task Login_WrongInAnyWay_ReadsTheSameAndIsOnRecord()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        TestUser alice = await cluster.UserAsync("alice", "access");
        JoinedHost proxy = await cluster.ProxyAsync();
        var messages = new HashSet<string>();

        foreach (LoginRequest request in (LoginRequest[])
            [alice.Request(Wrong, alice.FreshCode()), alice.Request(code: "000000"), alice.Request(), new TestUser(cluster, "nobody", "").Request(code: "123456")])
        {
            messages.Add((await Refusal.OfAsync(ErrorCode.Unauthenticated, () => proxy.Client.Login.LoginAsync(request))).Message);
        }

        Assert.Equal("invalid username, password or second factor", Assert.Single(messages));
        List<JsonElement> events = await cluster.EventsAsync("user.login");
        Assert.Equal(4, events.Count(static e => e.GetProperty("code").GetString() == "T1000W"));
        Assert.Equal(4, events.Count(static e => e.GetProperty("error").GetString()!.Length > 0));
        string everything = string.Join('\n', events.Select(static e => e.GetRawText()).Concat(cluster.Instance.Loggers.Lines));
        Assert.DoesNotContain(Wrong, everything, StringComparison.Ordinal);
        Assert.DoesNotContain(AuthCluster.Password, everything, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("alice")]
    [InlineData("nobody")]
    public async Task H22_FiveFailures_LockForTwentyMinutesWhetherTheUserExistsOrNot(string name)
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        TestUser alice = await cluster.UserAsync("alice", "access");
        TestUser target = name == "alice" ? alice : new TestUser(cluster, name, "");
        JoinedHost proxy = await cluster.ProxyAsync();
        for (int i = 0; i < 5; i++)
        {
            // From another address each time, and however it is claimed.
            await Refusal.OfAsync(ErrorCode.Unauthenticated, () => proxy.Client.Login.LoginAsync(target.Request(Wrong, address: $"192.0.2.{i}:1")));
        }

        TeleportException locked = await Refusal.OfAsync(
            ErrorCode.Limit, () => proxy.Client.Login.LoginAsync(target.Request(AuthCluster.Password, target.Code(), "198.51.100.1:1")));

        Assert.Contains("20 minutes", locked.Message, StringComparison.Ordinal);
        if (name == "alice")
        {
            Assert.True(Assert.Single(await AuthCluster.ListAsync<User>(cluster.Admin, ResourceKinds.User)).Status?.IsLocked);
            cluster.Time.Advance(TimeSpan.FromMinutes(21));
            await alice.LoginAsync();
        }
    }

    [Fact]
    public async Task H22_ManyAtOnceAtTwoServers_GetNoMoreThanFiveTries()
    {
        string folder = Directory.CreateTempSubdirectory("teleport-auth-").FullName;
        await using SqliteBackend shared = await SqliteBackend.OpenAsync(
            folder, new SqliteOptions(), TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, TestContext.Current.CancellationToken);
        await using AuthCluster first = await AuthCluster.StartAsync(sharedBackend: shared);
        await using AuthCluster second = await AuthCluster.StartAsync(sharedBackend: shared);
        TestUser alice = await first.UserAsync("alice", "access");
        JoinedHost[] proxies = [await first.ProxyAsync(), await second.ProxyAsync()];

        await Task.WhenAll(Enumerable.Range(0, 40).Select(async i =>
        {
            TeleportException e = await Assert.ThrowsAsync<TeleportException>(async () =>
                await proxies[i % 2].Client.Login.LoginAsync(alice.Request(Wrong, address: $"192.0.2.{i}:1")));
            Assert.True(e.Code is ErrorCode.Unauthenticated or ErrorCode.Limit, e.Message);
        }));

        IEnumerable<JsonElement> events = (await first.EventsAsync("user.login")).Concat(await second.EventsAsync("user.login"));
        Assert.Equal(5, events.Count(static e => e.GetProperty("error").GetString() == "the password is wrong"));
    }

    [Fact]
    public async Task H22_OneAddressTryingManyUsers_IsStopped()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        TestUser alice = await cluster.UserAsync("alice", "access");
        JoinedHost proxy = await cluster.ProxyAsync();
        int tries = 0;
        TeleportException last;
        do
        {
            last = await Assert.ThrowsAsync<TeleportException>(async () =>
                await proxy.Client.Login.LoginAsync(new TestUser(cluster, $"user{tries}", "").Request(Wrong, address: "192.0.2.77:9")));
        }
        while (last.Code == ErrorCode.Unauthenticated && ++tries < 100);

        Assert.Equal((ErrorCode.Limit, 25), (last.Code, tries));
        // Links are no way around it, and others are not kept out.
        await Refusal.OfAsync(ErrorCode.Limit, () => proxy.Client.Login.GetInvitationAsync(new GetInvitationRequest { Token = "guess", ClientAddr = "192.0.2.77:10" }));
        await alice.LoginAsync();
    }

    [Fact]
    public async Task H22_SuccessInBetween_DoesNotGiveTheAddressNewTries()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        TestUser mallory = await cluster.UserAsync("mallory", "access");
        JoinedHost proxy = await cluster.ProxyAsync();
        int tries = 0;
        for (; tries < 100; tries++)
        {
            if (tries % 5 == 4)
            {
                try
                {
                    await mallory.LoginAsync(static r => r.ClientAddr = "192.0.2.78:1");
                }
                catch (TeleportException e) when (e.Code == ErrorCode.Limit)
                {
                    break;
                }
            }

            int number = tries;
            TeleportException refusal = await Assert.ThrowsAsync<TeleportException>(async () =>
                await proxy.Client.Login.LoginAsync(new TestUser(cluster, $"user{number}", "").Request(Wrong, address: "192.0.2.78:1")));
            if (refusal.Code == ErrorCode.Limit)
            {
                break;
            }
        }

        Assert.InRange(tries, 20, 25);
    }

    [Fact]
    public async Task H22_UnknownUser_TakesAsLongAsAWrongPassword()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        JoinedHost proxy = await cluster.ProxyAsync();
        TestUser[] known = [await cluster.UserAsync("alice", "access"), await cluster.UserAsync("bob", "access"), await cluster.UserAsync("carol", "access")];
        var forKnown = new List<double>();
        var forUnknown = new List<double>();
        for (int i = 0; i < 12; i++)
        {
            forKnown.Add(await TimeAsync(proxy, known[i / 4].Request(Wrong, address: $"192.0.2.{i}:1")));
            forUnknown.Add(await TimeAsync(proxy, new TestUser(cluster, $"nobody{i}", "").Request(Wrong, address: $"192.0.2.{i}:1")));
        }

        double ratio = Median(forKnown) / Median(forUnknown);
        Assert.InRange(ratio, 0.5, 2);
    }

    [Fact]
    public async Task H23_CodeUsedTwice_IsRefused()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        TestUser alice = await cluster.UserAsync("alice", "access");
        JoinedHost proxy = await cluster.ProxyAsync();
        string code = alice.FreshCode();

        await proxy.Client.Login.LoginAsync(alice.Request(code: code));

        await Refusal.OfAsync(ErrorCode.Unauthenticated, () => proxy.Client.Login.LoginAsync(alice.Request(code: code)));
    }

    [Fact]
    public async Task H23_OneCodeAtTheSameMomentAtTwoServers_WorksOnce()
    {
        string folder = Directory.CreateTempSubdirectory("teleport-auth-").FullName;
        await using SqliteBackend shared = await SqliteBackend.OpenAsync(
            folder, new SqliteOptions(), TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, TestContext.Current.CancellationToken);
        await using AuthCluster first = await AuthCluster.StartAsync(sharedBackend: shared);
        await using AuthCluster second = await AuthCluster.StartAsync(sharedBackend: shared);
        TestUser alice = await first.UserAsync("alice", "access");
        JoinedHost[] proxies = [await first.ProxyAsync(), await second.ProxyAsync()];
        string code = alice.FreshCode();
        second.Time.Advance(TimeSpan.FromSeconds(60));

        bool[] succeeded = await Task.WhenAll(Enumerable.Range(0, 4).Select(async i =>
        {
            try
            {
                await proxies[i % 2].Client.Login.LoginAsync(alice.Request(code: code, address: $"192.0.2.{i}:1"));
                return true;
            }
            catch (TeleportException e) when (e.Code == ErrorCode.Unauthenticated)
            {
                return false;
            }
        }));

        Assert.Equal(1, succeeded.Count(static s => s));
    }

    [Theory]
    [InlineData(-2, false)]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public async Task H23_Code_IsGoodOneStepToEitherSide(int steps, bool good)
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        TestUser alice = await cluster.UserAsync("alice", "access");
        JoinedHost proxy = await cluster.ProxyAsync();
        cluster.Time.Advance(TimeSpan.FromMinutes(3));
        // In the middle of a step, so that none ends during the test.
        long second = cluster.Time.GetUtcNow().ToUnixTimeSeconds() % 30;
        cluster.Time.Advance(TimeSpan.FromSeconds(45 - second));

        async Task LoginAsync() => await proxy.Client.Login.LoginAsync(alice.Request(code: alice.Code(steps)));

        if (good)
        {
            await LoginAsync();
        }
        else
        {
            await Refusal.OfAsync(ErrorCode.Unauthenticated, LoginAsync);
        }
    }

    [Fact]
    public async Task Login_LocalAuthOff_IsRefusedBeforeThePassword()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync(new AuthOptions { Authentication = new AuthenticationOptions { LocalAuth = false } });
        JoinedHost proxy = await cluster.ProxyAsync();

        await Refusal.OfAsync(ErrorCode.AccessDenied, () => proxy.Client.Login.LoginAsync(new TestUser(cluster, "alice", "").Request()));

        Assert.False((await proxy.Client.Login.GetSettingsAsync(new GetSettingsRequest())).AllowLocalAuth);
    }

    private static async Task<double> TimeAsync(JoinedHost proxy, LoginRequest request)
    {
        long begun = Stopwatch.GetTimestamp();
        await Refusal.OfAsync(ErrorCode.Unauthenticated, () => proxy.Client.Login.LoginAsync(request));
        return Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
