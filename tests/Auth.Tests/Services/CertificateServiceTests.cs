using Google.Protobuf;
using System.Security.Cryptography.X509Certificates;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Api;
using Teleport.Api.Certificates.V1;
using Teleport.Api.Login.V1;
using Teleport.Auth.Tests.Cluster;
using Teleport.Pki.Identities;
using Teleport.Ssh.Keys;

namespace Teleport.Auth.Tests.Services;

public sealed class CertificateServiceTests
{
    [Fact]
    public async Task H28_Reissue_IsNeverLongerAndSaysTheSameTwice()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        TestUser alice = await cluster.UserAsync("alice", "access");
        LoggedIn session = await alice.LoginAsync(static r => r.TtlSeconds = 3600);
        UserIdentity held = UserIdentityReader.FromSsh(session.Ssh);
        UserKey key = UserKey.Generate();

        UserCertificates longer = await session.Client.Certificates.IssueUserAsync(new IssueUserRequest { SshPublicKey = key.SshLine, TtlSeconds = 30 * 3600 });
        UserCertificates shorter = await session.Client.Certificates.IssueUserAsync(new IssueUserRequest { SshPublicKey = key.SshLine, TtlSeconds = 600 });

        UserIdentity ssh = UserIdentityReader.FromSsh(SshCertificate.Parse(longer.SshCertificate));
        UserIdentity tls = UserIdentityReader.FromX509(X509Certificate2.CreateFromPem(longer.TlsCertificate));
        Assert.True(ssh.Expires <= held.Expires);
        Assert.Equal((ssh.UserName, ssh.Expires), (tls.UserName, tls.Expires));
        Assert.Equal(held.Roles, ssh.Roles);
        Assert.Equal(held.Principals, ssh.Principals);
        Assert.Equal(ssh.Principals, tls.Principals);
        Assert.InRange(
            UserIdentityReader.FromSsh(SshCertificate.Parse(shorter.SshCertificate)).Expires - cluster.Time.GetUtcNow(), TimeSpan.FromMinutes(9), TimeSpan.FromMinutes(10));
    }

    [Fact]
    public async Task H28_AnotherName_IsRefusedAndOnRecord()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        TestUser alice = await cluster.UserAsync("alice", "admin");
        await cluster.CreateUserAsync("bob", "access");
        LoggedIn session = await alice.LoginAsync();

        foreach (string name in (string[])["bob", "Alice", "alice ", "nobody"])
        {
            await Refusal.OfAsync(ErrorCode.AccessDenied, () => session.Client.Certificates.IssueUserAsync(
                new IssueUserRequest { UserName = name, SshPublicKey = session.Key.SshLine }));
        }

        Assert.Equal(4, (await cluster.EventsAsync("access.denied")).Count);
        await session.Client.Certificates.IssueUserAsync(new IssueUserRequest { UserName = "alice", SshPublicKey = session.Key.SshLine });
    }

    [Fact]
    public async Task H28_RolesAndLoginsGivenSince_AreNotInTheNextCertificate()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        TestUser alice = await cluster.UserAsync("alice", "access");
        LoggedIn session = await alice.LoginAsync();
        User stored = await Documents.GetAsync<User>(cluster.Admin, ResourceKinds.User, "alice");
        await Documents.UpsertAsync(cluster.Admin, stored with
        {
            Spec = stored.Spec with { Roles = ["access", "admin"], Traits = new Dictionary<string, StringList> { ["logins"] = ["root", "alice", "dba"] } },
        });

        UserCertificates next = await session.Client.Certificates.IssueUserAsync(new IssueUserRequest { SshPublicKey = session.Key.SshLine });

        UserIdentity identity = UserIdentityReader.FromSsh(SshCertificate.Parse(next.SshCertificate));
        Assert.Equal(["access"], identity.Roles);
        Assert.DoesNotContain("dba", identity.Principals);
        // A new login has them.
        UserIdentity anew = UserIdentityReader.FromSsh((await alice.LoginAsync()).Ssh);
        Assert.Equal(["access", "admin"], anew.Roles.Order());
        Assert.Contains("dba", anew.Principals);
    }

    [Fact]
    public async Task H28_RoleThatIsGone_GivesNothingMore()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        TestUser alice = await cluster.UserAsync("alice", "access");
        LoggedIn session = await alice.LoginAsync();
        Role access = await Documents.GetAsync<Role>(cluster.Admin, ResourceKinds.Role, "access");
        await Documents.UpsertAsync(cluster.Admin, access with { Spec = access.Spec with { Deny = new RoleConditions { Logins = ["root"] } } });

        UserCertificates next = await session.Client.Certificates.IssueUserAsync(new IssueUserRequest { SshPublicKey = session.Key.SshLine });

        Assert.DoesNotContain("root", SshCertificate.Parse(next.SshCertificate).Principals);
    }

    [Fact]
    public async Task H28_MarksThatLimit_StayOrForbidTheExchange()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        await cluster.UserAsync("alice", "admin");
        Forge forge = await Forge.OfAsync(cluster);
        AuthClient pinned = cluster.Client(forge.User("alice", static i => i with { PinnedAddress = "127.0.0.1" }));
        AuthClient elsewhere = cluster.Client(forge.User("alice", static i => i with { PinnedAddress = "192.0.2.1" }));
        AuthClient once = cluster.Client(forge.User("alice", static i => i with { DisallowReissue = true }));
        var request = new IssueUserRequest { SshPublicKey = UserKey.Generate().SshLine };

        UserCertificates next = await pinned.Certificates.IssueUserAsync(request);

        Assert.Equal("127.0.0.1", UserIdentityReader.FromSsh(SshCertificate.Parse(next.SshCertificate)).PinnedAddress);
        Assert.Equal("127.0.0.1", UserIdentityReader.FromX509(X509Certificate2.CreateFromPem(next.TlsCertificate)).PinnedAddress);
        await Refusal.OfAsync(ErrorCode.Unauthenticated, () => elsewhere.Certificates.IssueUserAsync(request));
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => once.Certificates.IssueUserAsync(request));
    }

    [Fact]
    public async Task H28_DeletedUser_GetsNothing()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        TestUser alice = await cluster.UserAsync("alice", "access");
        LoggedIn session = await alice.LoginAsync();
        await Documents.DeleteAsync(cluster.Admin, ResourceKinds.User, "alice");

        await Refusal.OfAsync(ErrorCode.Unauthenticated, () => session.Client.Certificates.IssueUserAsync(new IssueUserRequest { SshPublicKey = session.Key.SshLine }));
        await Refusal.OfAsync(ErrorCode.Unauthenticated, () => alice.LoginAsync());
    }

    [Fact]
    public async Task IssueUser_ByTheAdministrator_SignsForOthersWithinTheirRoles()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        await cluster.CreateUserAsync("alice", "access");

        UserCertificates issued = await cluster.Admin.Certificates.IssueUserAsync(
            new IssueUserRequest { UserName = "alice", SshPublicKey = UserKey.Generate().SshLine, TtlSeconds = 1000 * 3600 });

        UserIdentity identity = UserIdentityReader.FromSsh(SshCertificate.Parse(issued.SshCertificate));
        Assert.Equal("alice", identity.UserName);
        Assert.True(identity.Expires - cluster.Time.GetUtcNow() <= TimeSpan.FromHours(30.1));
        await Refusal.OfAsync(ErrorCode.NotFound, () => cluster.Admin.Certificates.IssueUserAsync(
            new IssueUserRequest { UserName = "nobody", SshPublicKey = UserKey.Generate().SshLine }));
    }

    [Fact]
    public async Task IssueHost_ByTheAdministrator_NamesWhatWasAsked()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        string key = SshPrivateKey.Generate(SshKeyKind.Ed25519).PublicKey.ToAuthorizedKeysLine();

        IssueHostResponse issued = await cluster.Admin.Certificates.IssueHostAsync(new IssueHostRequest { Principals = { "foo.example" }, SshPublicKey = key });

        SshCertificate certificate = SshCertificate.Parse(issued.SshCertificate);
        Assert.Equal((SshCertificateKind.Host, "foo.example"), (certificate.Kind, Assert.Single(certificate.Principals)));
        Assert.Equal(issued.SshCaKeys[0], certificate.SignatureKey.ToAuthorizedKeysLine());
        await Refusal.OfAsync(ErrorCode.Invalid, () => cluster.Admin.Certificates.IssueHostAsync(new IssueHostRequest { SshPublicKey = key }));
        await Refusal.OfAsync(ErrorCode.Invalid, () => cluster.Admin.Certificates.IssueHostAsync(new IssueHostRequest { Principals = { "*" }, SshPublicKey = key }));
    }

    [Fact]
    public async Task ExportAuthorities_PrivateKeys_AreForTheAdministratorAlone()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        TestUser alice = await cluster.UserAsync("alice", "admin");
        LoggedIn session = await alice.LoginAsync();
        JoinedHost proxy = await cluster.ProxyAsync();

        foreach (AuthClient client in (AuthClient[])[session.Client, proxy.Client])
        {
            ExportAuthoritiesResponse open = await client.Certificates.ExportAuthoritiesAsync(new ExportAuthoritiesRequest());
            Assert.Equal(["host", "user"], open.Authorities.Select(static a => a.Type).Order());
            Assert.All(open.Authorities, static a => Assert.Empty(a.SshPrivateKeys.Concat(a.TlsPrivateKeys)));
            await Refusal.OfAsync(ErrorCode.AccessDenied, () => client.Certificates.ExportAuthoritiesAsync(new ExportAuthoritiesRequest { WithPrivateKeys = true }));
        }

        ExportAuthoritiesResponse secret = await cluster.Admin.Certificates.ExportAuthoritiesAsync(new ExportAuthoritiesRequest { WithPrivateKeys = true, Type = "user" });
        Assert.Contains("PRIVATE KEY", Assert.Single(secret.Authorities).SshPrivateKeys[0], StringComparison.Ordinal);
        Assert.Single(await cluster.EventsAsync("cert_authority.export"));
    }

    [Fact]
    public async Task Login_KeyThatTlsCannotUse_GivesAnSshCertificateOnly()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        TestUser alice = await cluster.UserAsync("alice", "access");
        JoinedHost proxy = await cluster.ProxyAsync();
        LoginRequest request = alice.Request(code: alice.FreshCode());
        request.SshPublicKey = SshPrivateKey.Generate(SshKeyKind.Ed25519).PublicKey.ToAuthorizedKeysLine();

        LoginResponse response = await proxy.Client.Login.LoginAsync(request);

        Assert.NotEmpty(response.Certificates.SshCertificate);
        Assert.Empty(response.Certificates.TlsCertificate);
        await Refusal.OfAsync(ErrorCode.Invalid, () => proxy.Client.Login.LoginAsync(
            new LoginRequest(request) { OtpCode = alice.FreshCode(), TlsPublicKey = ByteString.CopyFromUtf8("no key") }));
    }
}
