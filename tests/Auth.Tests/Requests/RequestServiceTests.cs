using Grpc.Core;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Api.Requests.V1;
using Teleport.Api.Resources.V1;
using Teleport.Auth.Stores;
using Teleport.Auth.Tests.Cluster;
using Teleport.Pki.Identities;
using static Teleport.Auth.Tests.Requests.RequestCluster;

namespace Teleport.Auth.Tests.Requests;

public sealed class RequestServiceTests
{
    [Fact]
    public async Task Request_TwoApprovals_GiveTheRoleAndTheEvents()
    {
        await using RequestCluster all = await RequestCluster.StartAsync(approvals: 2);
        AccessRequest request = await all.AskAsync();
        Assert.Equal((AccessRequestState.Pending, "alice"), (request.Spec.State, request.Spec.User));
        Assert.Equal(["red"], request.Spec.SystemAnnotations["team"]);

        Assert.Equal(AccessRequestState.Pending, (await all.ReviewAsync("bob", request.Metadata.Name)).Spec.State);
        AccessRequest approved = await all.ReviewAsync("carol", request.Metadata.Name);
        LoggedIn alice = await all.AssumeAsync(await all.LoginAsync("alice"), [request.Metadata.Name]);

        Assert.Equal((AccessRequestState.Approved, "carol"), (approved.Spec.State, approved.Spec.ResolvedBy));
        UserIdentity ssh = UserIdentityReader.FromSsh(alice.Ssh);
        Assert.Equal(["dev", "dba"], ssh.Roles);
        Assert.Equal([request.Metadata.Name], ssh.ActiveRequests);
        Assert.Contains("postgres", ssh.Principals);
        Assert.True(ssh.Expires <= approved.Spec.Expires);
        UserIdentity tls = UserIdentityReader.FromX509(alice.Tls);
        Assert.Equal((ssh.Expires, string.Join(',', ssh.Roles), string.Join(',', ssh.Principals)), (tls.Expires, string.Join(',', tls.Roles), string.Join(',', tls.Principals)));
        Assert.Equal(ssh.ActiveRequests, tls.ActiveRequests);
        // The role is of use at the auth service too.
        await alice.Client.Tokens.ListTokensAsync(new Api.Tokens.V1.ListTokensRequest());

        Assert.Equal("T5000I", Assert.Single(await all.EventsAsync("access_request.create", 1)).GetProperty("code").GetString());
        List<System.Text.Json.JsonElement> reviews = await all.EventsAsync("access_request.review", 2);
        Assert.Equal(["APPROVED", "PENDING"], reviews.Select(static e => e.GetProperty("state").GetString()).Order());
        Assert.All(reviews, static e => Assert.Equal("T5002I", e.GetProperty("code").GetString()));
        Assert.Empty(await all.Cluster.EventsAsync("access_request.update"));
        Assert.Contains(await all.Cluster.EventsAsync("cert.create"), e =>
            e.GetProperty("identity").TryGetProperty("access_requests", out System.Text.Json.JsonElement ids) && ids[0].GetString() == request.Metadata.Name);
    }

    [Fact]
    public async Task H35_ThoseWithoutRight_DecideNothing()
    {
        await using RequestCluster all = await RequestCluster.StartAsync();
        AccessRequest request = await all.AskAsync();
        string id = request.Metadata.Name;
        SubmitReviewRequest Approve(string author = "") => new() { Id = id, ProposedState = 2, Author = author };
        foreach (string who in new[] { "alice", "mallory" })
        {
            await Refusal.OfAsync(ErrorCode.AccessDenied, () => all.ReviewAsync(who, id));
            var client = await all.ClientAsync(who);
            // As somebody else.
            await Refusal.OfAsync(ErrorCode.AccessDenied, () => client.AccessRequests.SubmitReviewAsync(Approve("bob")));
            // Past the reviews.
            await Refusal.OfAsync(ErrorCode.AccessDenied, () => client.AccessRequests.SetStateAsync(new SetStateRequest { Id = id, State = 2 }));
            await Refusal.OfAsync(ErrorCode.AccessDenied, () => Documents.UpsertAsync(client, request with { Spec = request.Spec with { State = AccessRequestState.Approved } }));
        }

        // A reviewer has no verb to set the state either, and nobody writes requests as resources.
        await Refusal.OfAsync(ErrorCode.AccessDenied, async () => await (await all.ClientAsync("bob")).AccessRequests.SetStateAsync(new SetStateRequest { Id = id, State = 2 }));
        await Refusal.OfAsync(ErrorCode.Invalid, () => Documents.UpsertAsync(all.Admin, request with { Spec = request.Spec with { State = AccessRequestState.Approved } }));
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => all.Admin.AccessRequests.SubmitReviewAsync(Approve("alice")));
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => all.Admin.AccessRequests.SubmitReviewAsync(Approve("mallory")));
        Assert.Equal(AccessRequestState.Pending, (await all.GetAsync(id)).Spec.State);
        Assert.Empty((await all.GetAsync(id)).Spec.Reviews);
        Assert.True((await all.Cluster.EventsAsync("access_request.review")).Count(static e => e.GetProperty("code").GetString() == "T5002W") >= 4);

        // The same steps by those who may.
        Assert.Equal(AccessRequestState.Approved, RequestCluster.Read(await all.Admin.AccessRequests.SubmitReviewAsync(Approve("bob"))).Spec.State);
        AccessRequest other = await all.AskAsync();
        await all.Admin.AccessRequests.SetStateAsync(new SetStateRequest { Id = other.Metadata.Name, State = 3, Reason = "no" });
        Assert.Equal("T5001I", Assert.Single(await all.EventsAsync("access_request.update", 1)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task H35_ReviewerWhoseRightEnded_ReviewsNoMore()
    {
        await using RequestCluster all = await RequestCluster.StartAsync(approvals: 2);
        string id = (await all.AskAsync()).Metadata.Name;
        await all.ReviewAsync("bob", id);
        User carol = await Documents.GetAsync<User>(all.Admin, ResourceKinds.User, "carol");
        // Carol's certificate still says lead.
        await Documents.UpsertAsync(all.Admin, carol with { Spec = carol.Spec with { Roles = ["access"] } });
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => all.ReviewAsync("carol", id));
        Assert.Equal(AccessRequestState.Pending, (await all.GetAsync(id)).Spec.State);

        User again = await Documents.GetAsync<User>(all.Admin, ResourceKinds.User, "carol");
        await Documents.UpsertAsync(all.Admin, again with { Spec = again.Spec with { Roles = ["lead"] } });
        Assert.Equal(AccessRequestState.Approved, (await all.ReviewAsync("carol", id)).Spec.State);
    }

    [Fact]
    public async Task H35_RoleGainedByRequest_DoesNotReview()
    {
        await using RequestCluster all = await RequestCluster.StartAsync();
        await Documents.CreateAsync(all.Admin, Role("climber", new RoleConditions { Request = new RequestConditions { Roles = ["lead"] } }));
        LoggedIn dave = await all.LoginAsync("dave", "climber");
        string climb = (await dave.Client.AccessRequests.CreateAsync(new CreateAccessRequestRequest { Roles = { "lead" } })).Name;
        await all.Admin.AccessRequests.SetStateAsync(new SetStateRequest { Id = climb, State = 2 });
        LoggedIn lead = await all.AssumeAsync(dave, [climb]);
        string id = (await all.AskAsync()).Metadata.Name;
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => lead.Client.AccessRequests.SubmitReviewAsync(new SubmitReviewRequest { Id = id, ProposedState = 2 }));
        await all.ReviewAsync("bob", id);
    }

    [Fact]
    public async Task H36_WhatMayNotBeRequested_IsNot()
    {
        await using RequestCluster all = await RequestCluster.StartAsync();
        foreach (string role in new[] { "secret-role", "admin", "nosuch", "DBA" })
        {
            TeleportException refusal = await Refusal.OfAsync(ErrorCode.AccessDenied, () => all.AskAsync(r => { r.Roles.Clear(); r.Roles.Add(role); }));
            Assert.Equal($"user \"alice\" cannot request role \"{role}\"", refusal.Message);
        }

        await Refusal.OfAsync(ErrorCode.AccessDenied, () => all.AskAsync(static r => r.Roles.Add("admin")));
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => all.AskAsync(static r => r.User = "bob"));
        Assert.Empty(await all.Cluster.EventsAsync("access_request.create"));
        Assert.Equal(["dba"], (await all.AskAsync(static r => r.DryRun = true)).Spec.Roles);
        Assert.Empty((await all.Admin.AccessRequests.ListAsync(new ListAccessRequestsRequest())).Requests);
        await all.AskAsync();
    }

    [Fact]
    public async Task H28_H36_RequestsThatGiveNothing_GiveNoCertificate()
    {
        await using RequestCluster all = await RequestCluster.StartAsync();
        LoggedIn alice = await all.LoginAsync("alice");
        string pending = (await all.AskAsync()).Metadata.Name;
        string denied = (await all.AskAsync()).Metadata.Name;
        await all.ReviewAsync("bob", denied, AccessRequestState.Denied);
        string later = (await all.AskAsync(r => r.AssumeStartUnixSeconds = all.Cluster.Time.GetUtcNow().AddMinutes(30).ToUnixTimeSeconds())).Metadata.Name;
        await all.ReviewAsync("bob", later);
        string approved = (await all.AskAsync()).Metadata.Name;
        await all.ReviewAsync("bob", approved);
        string deleted = (await all.AskAsync()).Metadata.Name;
        await all.ReviewAsync("bob", deleted);
        await all.Admin.AccessRequests.DeleteAsync(new DeleteAccessRequestRequest { Id = deleted });
        foreach (string id in new[] { pending, denied, later, deleted, "nosuch", "../../x" })
        {
            await Refusal.OfAsync(ErrorCode.AccessDenied, () => all.AssumeAsync(alice, [id]));
        }

        // Another's.
        await Refusal.OfAsync(ErrorCode.AccessDenied, async () => await all.AssumeAsync(await all.LoginAsync("mallory"), [approved]));
        Assert.True((await all.Cluster.EventsAsync("access.denied")).Count >= 7);

        LoggedIn holder = await all.AssumeAsync(alice, [approved], ttl: 30 * 3600);
        UserIdentity identity = UserIdentityReader.FromSsh(holder.Ssh);
        // max_session_ttl of the requested role counts, whatever was asked for.
        Assert.True(identity.Expires <= all.Cluster.Time.GetUtcNow().AddHours(2));
        all.Cluster.Time.Advance(TimeSpan.FromMinutes(31));
        Assert.Contains("dba", UserIdentityReader.FromSsh((await all.AssumeAsync(alice, [later])).Ssh).Roles);
    }

    [Fact]
    public async Task H36_DeletedRequest_TakesItsRoleAwayAtOnce()
    {
        await using RequestCluster all = await RequestCluster.StartAsync();
        string id = (await all.AskAsync()).Metadata.Name;
        await all.ReviewAsync("bob", id);
        LoggedIn holder = await all.AssumeAsync(await all.LoginAsync("alice"), [id]);
        await holder.Client.Tokens.ListTokensAsync(new Api.Tokens.V1.ListTokensRequest());

        using AsyncServerStreamingCall<WatchEvent> watch = holder.Client.Resources.Watch(
            new WatchRequest { Kinds = { ResourceKinds.Node } }, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(WatchEvent.Types.Type.InitDone, (await NextAsync(watch)).Type);

        await all.Admin.AccessRequests.DeleteAsync(new DeleteAccessRequestRequest { Id = id });

        await Refusal.OfAsync(ErrorCode.AccessDenied, () => NextAsync(watch));
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => holder.Client.Tokens.ListTokensAsync(new Api.Tokens.V1.ListTokensRequest()));
        // The certificate is not renewed with it, only without.
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => all.AssumeAsync(holder));
        UserIdentity dropped = UserIdentityReader.FromSsh((await all.AssumeAsync(holder, drop: ["*"])).Ssh);
        Assert.Equal(["dev"], dropped.Roles);
        Assert.Empty(dropped.ActiveRequests);
        Assert.DoesNotContain("postgres", dropped.Principals);
        Assert.True(dropped.Expires <= UserIdentityReader.FromSsh(holder.Ssh).Expires);
        Assert.Equal("T5003I", Assert.Single(await all.EventsAsync("access_request.delete", 1)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task H36_Expiry_EndsPendingAndApprovedRequestsOnce()
    {
        await using RequestCluster all = await RequestCluster.StartAsync();
        string pending = (await all.AskAsync(static r => r.RequestTtlSeconds = 600)).Metadata.Name;
        string approved = (await all.AskAsync(static r => r.MaxDurationSeconds = 1200)).Metadata.Name;
        await all.ReviewAsync("bob", approved);
        LoggedIn alice = await all.LoginAsync("alice");
        LoggedIn holder = await all.AssumeAsync(alice, [approved]);
        Assert.True(UserIdentityReader.FromSsh(holder.Ssh).Expires <= all.Cluster.Time.GetUtcNow().AddSeconds(1200));

        all.Cluster.Time.Advance(TimeSpan.FromSeconds(601));
        await Refusal.OfAsync(ErrorCode.NotFound, () => all.ReviewAsync("bob", pending));
        Assert.Equal(pending, Assert.Single(await all.EventsAsync("access_request.expire", 1)).GetProperty("id").GetString());

        all.Cluster.Time.Advance(TimeSpan.FromSeconds(600));
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => all.AssumeAsync(alice, [approved]));
        List<System.Text.Json.JsonElement> expired = await all.EventsAsync("access_request.expire", 2);
        Assert.Equal(2, expired.Count);
        Assert.All(expired, static e => Assert.Equal("T5005I", e.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task H36_RequestForOneNode_ReachesThatNodeOnly()
    {
        await using RequestCluster all = await RequestCluster.StartAsync();
        JoinedHost wanted = await all.Cluster.JoinAsync(SystemRole.Node);
        JoinedHost other = await all.Cluster.JoinAsync(SystemRole.Node);
        await Announcements.NodeAsync(wanted);
        await Announcements.NodeAsync(other);
        LoggedIn alice = await all.LoginAsync("alice");
        Assert.Empty(await AuthCluster.ListAsync<Server>(alice.Client, ResourceKinds.Node));

        AccessRequest request = await all.AskAsync(r =>
        {
            r.Roles.Clear();
            r.ResourceIds.Add($"/{AuthCluster.Name}/node/{wanted.HostId}");
        });
        Assert.Equal(["dba"], request.Spec.Roles);
        await all.ReviewAsync("bob", request.Metadata.Name);
        LoggedIn holder = await all.AssumeAsync(alice, [request.Metadata.Name]);

        Assert.Equal(wanted.HostId, Assert.Single(await AuthCluster.ListAsync<Server>(holder.Client, ResourceKinds.Node)).Metadata.Name);
        UserIdentity ssh = UserIdentityReader.FromSsh(holder.Ssh);
        Assert.Equal([$"/{AuthCluster.Name}/node/{wanted.HostId}"], ssh.AllowedResources);
        Assert.Equal(ssh.AllowedResources, UserIdentityReader.FromX509(holder.Tls).AllowedResources);
        PreviewResourcesResponse preview = await (await all.ClientAsync("bob")).AccessRequests.PreviewResourcesAsync(new PreviewResourcesRequest { Id = request.Metadata.Name });
        Assert.StartsWith("host-", Assert.Single(preview.Resources).DisplayName, StringComparison.Ordinal);

        // The restriction goes only with the request, and never by adding another.
        AccessRequest more = await all.AskAsync();
        await all.ReviewAsync("bob", more.Metadata.Name);
        await Refusal.OfAsync(ErrorCode.Invalid, () => all.AssumeAsync(holder, [more.Metadata.Name]));
        Assert.Empty(await AuthCluster.ListAsync<Server>((await all.AssumeAsync(holder, drop: ["*"])).Client, ResourceKinds.Node));
    }

    [Fact]
    public async Task H37_TooMuch_IsRefused()
    {
        await using RequestCluster all = await RequestCluster.StartAsync();
        await Refusal.OfAsync(ErrorCode.Limit, () => all.AskAsync(static r => r.Reason = new string('x', 4097)));
        await Refusal.OfAsync(ErrorCode.Limit, () => all.AskAsync(static r => r.Reason = new string('x', 10_000_000)));
        await Refusal.OfAsync(ErrorCode.Limit, () => all.AskAsync(static r =>
        {
            r.Roles.Clear();
            r.ResourceIds.Add(Enumerable.Range(0, 50_000).Select(static i => $"/lab.example/node/{i}"));
        }));
        AccessRequest request = await all.AskAsync(static r => r.Reason = new string('x', 4096));
        await Refusal.OfAsync(ErrorCode.Limit, async () => await (await all.ClientAsync("bob")).AccessRequests.SubmitReviewAsync(new SubmitReviewRequest
        {
            Id = request.Metadata.Name, ProposedState = 2, Annotations = { new Annotation { Key = "k", Values = { new string('x', 1_000_000) } } },
        }));
        for (int i = 1; i < AccessRequestStore.MaxPendingPerUser; i++)
        {
            await all.AskAsync();
        }

        await Refusal.OfAsync(ErrorCode.Limit, () => all.AskAsync());
        await all.ReviewAsync("bob", request.Metadata.Name);
        await all.AskAsync();
        await Refusal.OfAsync(ErrorCode.Limit, () => all.AskAsync());
    }

    [Fact]
    public async Task Watch_EachHearsOfWhatConcernsThem()
    {
        await using RequestCluster all = await RequestCluster.StartAsync();
        JoinedHost node = await all.Cluster.JoinAsync(SystemRole.Node);
        AsyncServerStreamingCall<WatchEvent> Watch(Api.AuthClient client) =>
            client.Resources.Watch(new WatchRequest { Kinds = { ResourceKinds.AccessRequest } }, cancellationToken: TestContext.Current.CancellationToken);
        using var alice = Watch(await all.ClientAsync("alice"));
        using var bob = Watch(await all.ClientAsync("bob"));
        using var mallory = Watch(await all.ClientAsync("mallory"));
        using var host = Watch(node.Client);
        foreach (var watch in new[] { alice, bob, mallory, host })
        {
            Assert.Equal(WatchEvent.Types.Type.InitDone, (await NextAsync(watch)).Type);
        }

        string id = (await all.AskAsync()).Metadata.Name;
        Assert.Equal(AccessRequestState.Pending, (await NextAsync(alice)).Request!.Spec.State);
        Assert.Equal("ticket 7", (await NextAsync(bob)).Request!.Spec.RequestReason);
        await all.ReviewAsync("bob", id);
        AccessRequest told = (await NextAsync(alice)).Request!;
        Assert.Equal(AccessRequestState.Approved, told.Spec.State);
        Assert.Equal("bob", Assert.Single(told.Spec.Reviews).Author);
        // A server hears that the grant lives, and nothing that people wrote.
        AccessRequest seen = (await NextAsync(host)).Request!;
        Assert.Equal((id, AccessRequestState.Approved, null), (seen.Metadata.Name, seen.Spec.State, seen.Spec.RequestReason));
        Assert.Empty(seen.Spec.Reviews);
        await all.Admin.AccessRequests.DeleteAsync(new DeleteAccessRequestRequest { Id = id });
        Assert.Equal((WatchEvent.Types.Type.Delete, id), await WithoutRequestAsync(host));
        Assert.Equal((WatchEvent.Types.Type.Delete, id), await WithoutRequestAsync(alice));

        // Mallory hears of a request of her own first: nothing of alice's came before.
        await Documents.UpsertAsync(all.Admin, Role("access", new RoleConditions { Request = new RequestConditions { Roles = ["dba"] } }));
        string own = (await (await all.ClientAsync("mallory")).AccessRequests.CreateAsync(new CreateAccessRequestRequest { Roles = { "dba" } })).Name;
        Assert.Equal(own, (await NextAsync(mallory)).Name);
        await Refusal.OfAsync(ErrorCode.NotFound, async () => await (await all.ClientAsync("alice")).AccessRequests.GetAsync(new GetAccessRequestRequest { Id = own }));
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => node.Client.Resources.GetAsync(new GetRequest { Kind = ResourceKinds.AccessRequest, Name = own }));
    }

    [Fact]
    public async Task List_Filters_FindWhatIsAskedForInPages()
    {
        await using RequestCluster all = await RequestCluster.StartAsync();
        var made = new List<string>();
        for (int i = 0; i < 5; i++)
        {
            made.Add((await all.AskAsync()).Metadata.Name);
            all.Cluster.Time.Advance(TimeSpan.FromSeconds(1));
        }

        await all.ReviewAsync("bob", made[0], AccessRequestState.Denied);
        var bob = await all.ClientAsync("bob");
        var pages = new List<string>();
        string token = "";
        do
        {
            ListAccessRequestsResponse page = await bob.AccessRequests.ListAsync(new ListAccessRequestsRequest { PageSize = 2, PageToken = token, Reviewable = true });
            pages.AddRange(page.Requests.Select(static r => r.Name));
            token = page.NextPageToken;
        }
        while (token.Length > 0);

        Assert.Equal(made.Skip(1).Reverse(), pages);
        Assert.Equal([made[0]], (await bob.AccessRequests.ListAsync(new ListAccessRequestsRequest { States = { 3 } })).Requests.Select(static r => r.Name));
        Assert.Empty((await bob.AccessRequests.ListAsync(new ListAccessRequestsRequest { Mine = true })).Requests);
        Assert.Empty((await (await all.ClientAsync("mallory")).AccessRequests.ListAsync(new ListAccessRequestsRequest())).Requests);
        Capabilities may = await (await all.ClientAsync("alice")).AccessRequests.GetCapabilitiesAsync(new GetCapabilitiesRequest());
        Assert.Equal(["dba"], may.RequestableRoles);
        Assert.True(may.CanRequestResources);
        ExplainResponse why = await all.Admin.AccessRequests.ExplainAsync(new ExplainRequest { Id = made[1], Reviewer = "mallory" });
        Assert.Contains("Review by mallory: not allowed", why.Lines);
    }

    private static async Task<(WatchEvent.Types.Type, string)> WithoutRequestAsync(AsyncServerStreamingCall<WatchEvent> watch)
    {
        (WatchEvent.Types.Type type, string name, _) = await NextAsync(watch);
        return (type, name);
    }
}
