using Grpc.Core;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Api;
using Teleport.Api.Presence.V1;
using Teleport.Api.Resources.V1;
using Teleport.Auth.Options;
using Teleport.Auth.Tests.Cluster;

namespace Teleport.Auth.Tests.Services;

public sealed class ResourceServiceTests
{
    [Fact]
    public async Task Role_CreateReadReplaceDelete_IsOnRecord()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        var dev = new Role { Metadata = new ResourceMetadata { Name = "dev" }, Spec = new RoleSpec { Allow = new RoleConditions { Logins = ["ubuntu"] } } };

        await Documents.CreateAsync(cluster.Admin, dev);
        await Refusal.OfAsync(ErrorCode.Conflict, () => Documents.CreateAsync(cluster.Admin, dev));
        Role stored = await Documents.GetAsync<Role>(cluster.Admin, ResourceKinds.Role, "dev");
        await Documents.UpsertAsync(cluster.Admin, stored with { Spec = stored.Spec with { Allow = new RoleConditions { Logins = ["debian"] } } });
        // The revision that was read is not the present one any more.
        await Refusal.OfAsync(ErrorCode.Conflict, () => Documents.UpsertAsync(cluster.Admin, stored));
        await Documents.DeleteAsync(cluster.Admin, ResourceKinds.Role, "dev");

        await Refusal.OfAsync(ErrorCode.NotFound, () => Documents.GetAsync<Role>(cluster.Admin, ResourceKinds.Role, "dev"));
        Assert.Equal(
            ["T9000I", "T9002I", "T9001I"],
            (await cluster.EventsAsync("role.created", "role.updated", "role.deleted")).Select(static e => e.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Role_InUse_IsNotDeleted()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        await cluster.CreateUserAsync("alice", "access");

        TeleportException refusal = await Refusal.OfAsync(ErrorCode.Conflict, () => Documents.DeleteAsync(cluster.Admin, ResourceKinds.Role, "access"));

        Assert.Contains("alice", refusal.Message, StringComparison.Ordinal);
        await Documents.DeleteAsync(cluster.Admin, ResourceKinds.Role, "auditor");
    }

    [Fact]
    public async Task Role_DeletedAndGivenAtTheSameMoment_NeverLeavesAUserWithoutIt()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        for (int i = 0; i < 5; i++)
        {
            string role = $"role{i}";
            await Documents.CreateAsync(cluster.Admin, new Role { Metadata = new ResourceMetadata { Name = role } });

            Task<bool> deleted = SucceedsAsync(() => Documents.DeleteAsync(cluster.Admin, ResourceKinds.Role, role));
            Task<bool> given = SucceedsAsync(() => cluster.CreateUserAsync($"user{i}", role));

            Assert.True(await deleted ^ await given, $"deleted: {await deleted}, given: {await given}");
        }
    }

    [Fact]
    public async Task User_LastWhoCanEditRoles_Stays()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        await cluster.CreateUserAsync("boss", "editor");
        await cluster.CreateUserAsync("alice", "access");
        User boss = await Documents.GetAsync<User>(cluster.Admin, ResourceKinds.User, "boss");
        Role editor = await Documents.GetAsync<Role>(cluster.Admin, ResourceKinds.Role, "editor");

        await Refusal.OfAsync(ErrorCode.Conflict, () => Documents.DeleteAsync(cluster.Admin, ResourceKinds.User, "boss"));
        await Refusal.OfAsync(ErrorCode.Conflict, () => Documents.UpsertAsync(cluster.Admin, boss with { Spec = boss.Spec with { Roles = ["access"] } }));
        await Refusal.OfAsync(ErrorCode.Conflict, () => Documents.UpsertAsync(cluster.Admin, editor with { Spec = new RoleSpec() }));

        await Documents.DeleteAsync(cluster.Admin, ResourceKinds.User, "alice");
        await cluster.CreateUserAsync("second", "admin");
        await Documents.DeleteAsync(cluster.Admin, ResourceKinds.User, "boss");
    }

    [Fact]
    public async Task User_UnknownRole_IsRefused()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();

        TeleportException refusal = await Refusal.OfAsync(ErrorCode.Invalid, () => cluster.CreateUserAsync("alice", "access", "nosuch"));

        Assert.Contains("nosuch", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(await AuthCluster.ListAsync<User>(cluster.Admin, ResourceKinds.User));
    }

    [Fact]
    public async Task Rules_OfRoles_DecideWhatAUserMayDo()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        LoggedIn editor = await (await cluster.UserAsync("ed", "editor")).LoginAsync();
        LoggedIn plain = await (await cluster.UserAsync("joe", "access")).LoginAsync();
        var dev = new Role { Metadata = new ResourceMetadata { Name = "dev" } };

        await Documents.CreateAsync(editor.Client, dev);
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => Documents.UpsertAsync(plain.Client, dev));
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => Documents.DeleteAsync(plain.Client, ResourceKinds.Role, "dev"));
        // Whether it is there or not, the answer is the same.
        TeleportException there = await Refusal.OfAsync(ErrorCode.AccessDenied, () => Documents.GetAsync<Role>(plain.Client, ResourceKinds.Role, "dev"));
        TeleportException missing = await Refusal.OfAsync(ErrorCode.AccessDenied, () => Documents.GetAsync<Role>(plain.Client, ResourceKinds.Role, "nosuch"));

        Assert.Equal(there.Message, missing.Message);
        // What was taken away is gone at once, although the certificate still names the role.
        User ed = await Documents.GetAsync<User>(cluster.Admin, ResourceKinds.User, "ed");
        await cluster.CreateUserAsync("other", "editor");
        Role role = await Documents.GetAsync<Role>(cluster.Admin, ResourceKinds.Role, "editor");
        await Documents.UpsertAsync(cluster.Admin, role with
        {
            Spec = role.Spec with { Deny = new RoleConditions { Rules = [new RoleRule { Resources = [ResourceKinds.Token], Verbs = ["*"] }] } },
        });
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => editor.Client.Tokens.ListTokensAsync(new Api.Tokens.V1.ListTokensRequest()));
        Assert.Equal("editor", Assert.Single(ed.Spec.Roles));
    }

    [Fact]
    public async Task Nodes_OfOtherLabels_AreNotThereForAUser()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        await Documents.CreateAsync(cluster.Admin, new Role
        {
            Metadata = new ResourceMetadata { Name = "dev" },
            Spec = new RoleSpec { Allow = new RoleConditions { Logins = ["root"], NodeLabels = new Dictionary<string, StringList> { ["env"] = ["dev"] } } },
        });
        JoinedHost dev = await cluster.JoinAsync(SystemRole.Node);
        JoinedHost prod = await cluster.JoinAsync(SystemRole.Node);
        await Announcements.NodeAsync(dev, static s => s with { Metadata = s.Metadata with { Labels = new Dictionary<string, string> { ["env"] = "dev" } } });
        await Announcements.NodeAsync(prod, static s => s with { Metadata = s.Metadata with { Labels = new Dictionary<string, string> { ["env"] = "prod" } } });
        AuthClient alice = (await (await cluster.UserAsync("alice", "dev")).LoginAsync()).Client;

        Assert.Equal(dev.HostId, Assert.Single(await AuthCluster.ListAsync<Server>(alice, ResourceKinds.Node)).Metadata.Name);
        Assert.Equal(2, (await AuthCluster.ListAsync<Server>(cluster.Admin, ResourceKinds.Node)).Count);
        await Refusal.OfAsync(ErrorCode.NotFound, () => Documents.GetAsync<Server>(alice, ResourceKinds.Node, prod.HostId));
        using AsyncServerStreamingCall<WatchEvent> watch = alice.Resources.Watch(new WatchRequest { Kinds = { ResourceKinds.Node } });
        var told = new List<(WatchEvent.Types.Type, string?)>();
        for (int i = 0; i < 2 && await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken); i++)
        {
            told.Add((watch.ResponseStream.Current.Type, watch.ResponseStream.Current.Resource?.Name));
        }

        Assert.Equal([(WatchEvent.Types.Type.Put, dev.HostId), (WatchEvent.Types.Type.InitDone, null)], told);
        // A hidden node comes into sight, and a seen one goes out of it.
        await Announcements.NodeAsync(prod, static s => s with { Metadata = s.Metadata with { Labels = new Dictionary<string, string> { ["env"] = "dev" } } });
        await Announcements.NodeAsync(dev, static s => s with { Metadata = s.Metadata with { Labels = new Dictionary<string, string> { ["env"] = "prod" } } });
        for (int i = 0; i < 2 && await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken); i++)
        {
            told.Add((watch.ResponseStream.Current.Type, watch.ResponseStream.Current.Resource?.Name));
        }

        Assert.Equal([(WatchEvent.Types.Type.Put, prod.HostId), (WatchEvent.Types.Type.Delete, dev.HostId)], told.Skip(2));
    }

    [Fact]
    public async Task H26_Host_AnnouncesOnlyItselfAsWhatItIs()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        JoinedHost node = await cluster.JoinAsync(SystemRole.Node);
        JoinedHost victim = await cluster.JoinAsync(SystemRole.Node);
        await Announcements.NodeAsync(victim);

        await Refusal.OfAsync(ErrorCode.AccessDenied, () => Announcements.ProxyAsync(node));
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => Announcements.NodeAsync(node, s => s with { Metadata = s.Metadata with { Name = victim.HostId } }));
        await Refusal.OfAsync(ErrorCode.Invalid, () => Announcements.NodeAsync(node, static s => s with { Kind = ResourceKinds.AuthServer }));
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => node.Client.Presence.WithdrawAsync(new WithdrawRequest { Kind = ResourceKinds.Proxy }));
        await node.Client.Presence.WithdrawAsync(new WithdrawRequest { Kind = ResourceKinds.Node });

        Assert.Equal(victim.HostId, Assert.Single(await AuthCluster.ListAsync<Server>(cluster.Admin, ResourceKinds.Node)).Metadata.Name);
        await Announcements.NodeAsync(node);
        Assert.Equal(2, (await AuthCluster.ListAsync<Server>(cluster.Admin, ResourceKinds.Node)).Count);
    }

    [Fact]
    public async Task H26_PrivateKeysOfAuthorities_AreShownToTheAdministratorAlone()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        AuthClient admin = (await (await cluster.UserAsync("alice", "admin", "editor")).LoginAsync()).Client;
        JoinedHost proxy = await cluster.ProxyAsync();

        foreach (AuthClient client in (AuthClient[])[admin, proxy.Client])
        {
            Assert.All(await AuthCluster.ListAsync<CertAuthority>(client, ResourceKinds.CertAuthority), static a => Assert.Null(a.Spec.ActiveKeys.Ssh[0].PrivateKey));
            await Refusal.OfAsync(ErrorCode.AccessDenied, () => AuthCluster.ListAsync<CertAuthority>(client, ResourceKinds.CertAuthority, withSecrets: true));
        }

        using AsyncServerStreamingCall<WatchEvent> watch = proxy.Client.Resources.Watch(new WatchRequest { Kinds = { ResourceKinds.CertAuthority } });
        for (int i = 0; i < 2 && await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken); i++)
        {
            Assert.DoesNotContain("PRIVATE", watch.ResponseStream.Current.Resource.Json.ToStringUtf8(), StringComparison.Ordinal);
        }

        Assert.All(
            await AuthCluster.ListAsync<CertAuthority>(cluster.Admin, ResourceKinds.CertAuthority, withSecrets: true),
            static a => Assert.NotNull(a.Spec.ActiveKeys.Ssh[0].PrivateKey));
    }

    [Fact]
    public async Task Settings_SetByTheFile_AreNotChangedHere()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync(new AuthOptions { SessionRecording = "off", ClientIdleTimeout = TimeSpan.FromMinutes(30) });
        RecordingConfig recording = await Documents.GetAsync<RecordingConfig>(cluster.Admin, ResourceKinds.RecordingConfig, RecordingConfig.SingletonName);
        NetworkingConfig networking = await Documents.GetAsync<NetworkingConfig>(cluster.Admin, ResourceKinds.NetworkingConfig, NetworkingConfig.SingletonName);
        AuthPreference preference = await Documents.GetAsync<AuthPreference>(cluster.Admin, ResourceKinds.AuthPreference, AuthPreference.SingletonName);

        Assert.Equal(("off", "config-file"), (recording.Spec.Mode, recording.Metadata.Labels!["teleport.dev/origin"]));
        Assert.Equal("30m0s", networking.Spec.ClientIdleTimeout);
        await Refusal.OfAsync(ErrorCode.Conflict, () => Documents.UpsertAsync(cluster.Admin, recording with { Spec = new RecordingConfigSpec { Mode = "node" } }));
        await Refusal.OfAsync(ErrorCode.Invalid, () => Documents.UpsertAsync(cluster.Admin, preference with { Spec = new AuthPreferenceSpec { SecondFactor = "sometimes" } }));
        await Documents.UpsertAsync(cluster.Admin, preference with { Spec = preference.Spec with { DefaultSessionTtl = "4h" } });
        preference = await Documents.GetAsync<AuthPreference>(cluster.Admin, ResourceKinds.AuthPreference, AuthPreference.SingletonName);
        Assert.Equal(("4h", "dynamic"), (preference.Spec.DefaultSessionTtl, preference.Metadata.Labels!["teleport.dev/origin"]));
        Assert.Contains(await cluster.EventsAsync("auth_preference.update"), static e => e.GetProperty("code").GetString() == "TCAUTH001I");
    }

    [Theory]
    [InlineData("nosuch", "{}")]
    [InlineData("role", "{")]
    [InlineData("role", "{\"kind\":\"role\",\"version\":\"v7\",\"metadata\":{\"name\":\"a/b\"}}")]
    [InlineData("role", "{\"kind\":\"role\",\"version\":\"v7\",\"metadata\":{\"name\":\"dev\"},\"spec\":{\"alow\":{}}}")]
    [InlineData("role", "{\"kind\":\"user\",\"version\":\"v2\",\"metadata\":{\"name\":\"dev\"}}")]
    [InlineData("role", "{\"kind\":\"role\",\"version\":\"v7\",\"metadata\":{\"name\":\"dev\",\"expires\":\"2001-01-01T00:00:00Z\"}}")]
    [InlineData("role", "{\"kind\":\"role\",\"version\":\"v7\",\"metadata\":{\"name\":\"dev\",\"labels\":{\"teleport.internal/x\":\"y\"}}}")]
    [InlineData("cert_authority", "{\"kind\":\"cert_authority\",\"version\":\"v2\",\"metadata\":{\"name\":\"user:lab.example\"}}")]
    [InlineData("node", "{\"kind\":\"node\",\"version\":\"v2\",\"metadata\":{\"name\":\"x\"}}")]
    public async Task Write_NotSound_IsRefused(string kind, string json)
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        var request = new WriteRequest { Kind = kind, Json = Google.Protobuf.ByteString.CopyFromUtf8(json) };

        await Refusal.OfAsync(ErrorCode.Invalid, () => cluster.Admin.Resources.CreateAsync(request));
        await Refusal.OfAsync(ErrorCode.Invalid, () => cluster.Admin.Resources.UpsertAsync(request));
    }

    [Fact]
    public async Task H29_WatchesOfOneCaller_AreLimited()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync();
        JoinedHost proxy = await cluster.ProxyAsync();
        var watches = new List<AsyncServerStreamingCall<WatchEvent>>();
        int open = 0;
        TeleportException refusal = await Assert.ThrowsAsync<TeleportException>(async () =>
        {
            while (open < 200)
            {
                AsyncServerStreamingCall<WatchEvent> watch = proxy.Client.Resources.Watch(new WatchRequest { Kinds = { ResourceKinds.ClusterName } });
                watches.Add(watch);
                await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken);
                open++;
            }
        });
        watches.ForEach(static w => w.Dispose());

        Assert.Equal((ErrorCode.Limit, 32), (refusal.Code, open));
    }

    [Fact]
    public async Task Tokens_Listed_AreMaskedUnlessAskedFor()
    {
        await using AuthCluster cluster = await AuthCluster.StartAsync(new AuthOptions { Tokens = [new Secret("proxy,node:static-token-of-the-file")] });
        string token = await cluster.TokenAsync(SystemRole.Node);

        Api.Tokens.V1.ListTokensResponse masked = await cluster.Admin.Tokens.ListTokensAsync(new Api.Tokens.V1.ListTokensRequest());
        Api.Tokens.V1.ListTokensResponse open = await cluster.Admin.Tokens.ListTokensAsync(new Api.Tokens.V1.ListTokensRequest { WithSecrets = true });

        Assert.DoesNotContain(token, masked.ToString(), StringComparison.Ordinal);
        Assert.Contains(open.Tokens, t => t.Token == token && !t.IsStatic);
        Assert.DoesNotContain("static-token-of-the-file", masked.ToString() + open, StringComparison.Ordinal);
        Assert.Equal(2, open.Tokens.Count);
        Assert.Equal(token[..4], Assert.Single(await AuthCluster.ListAsync<Token>(cluster.Admin, ResourceKinds.Token)).Metadata.Name[..4]);
        await Refusal.OfAsync(ErrorCode.NotFound, () => cluster.Admin.Tokens.DeleteTokenAsync(new Api.Tokens.V1.DeleteTokenRequest { Token = "nosuch" }));
        await Refusal.OfAsync(ErrorCode.Conflict, () => cluster.Admin.Tokens.DeleteTokenAsync(new Api.Tokens.V1.DeleteTokenRequest { Token = "static-token-of-the-file" }));
    }

    private static async Task<bool> SucceedsAsync(Func<Task> call)
    {
        try
        {
            await call();
            return true;
        }
        catch (TeleportException)
        {
            return false;
        }
    }
}
