using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Core;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Api;
using Teleport.Api.Certificates.V1;
using Teleport.Api.Requests.V1;
using Teleport.Api.Resources.V1;
using Teleport.Auth.Tests.Cluster;
using static Teleport.Auth.Tests.Requests.RequestCluster;

namespace Teleport.Auth.Tests.Requests;

public sealed class PluginTests
{
    [Fact]
    public async Task H43_PluginsCredential_DoesOnlyWhatPluginsDo()
    {
        await using RequestCluster all = await RequestCluster.StartAsync();
        AuthClient plugin = await all.PluginAsync();
        await SwitchOnAsync(all);
        string id = (await all.AskAsync()).Metadata.Name;

        // Approve as itself, as an arbitrary user, or past the reviews.
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => plugin.AccessRequests.SubmitReviewAsync(new SubmitReviewRequest { Id = id, ProposedState = 2 }));
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => plugin.AccessRequests.SubmitReviewAsync(new SubmitReviewRequest { Id = id, ProposedState = 2, Author = "bob" }));
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => plugin.AccessRequests.SetStateAsync(new SetStateRequest { Id = id, State = 2 }));
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => plugin.AccessRequests.DeleteAsync(new DeleteAccessRequestRequest { Id = id }));
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => plugin.AccessRequests.CreateAsync(new CreateAccessRequestRequest { User = "alice", Roles = { "dba" } }));
        // Secrets, tokens, users, roles, certificates, its own rights.
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => Documents.GetAsync<CertAuthority>(plugin, ResourceKinds.CertAuthority, "x", withSecrets: true));
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => AuthCluster.ListAsync<Token>(plugin, ResourceKinds.Token));
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => Documents.CreateAsync(plugin, new User { Metadata = new ResourceMetadata { Name = "eve" } }));
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => Documents.UpsertAsync(plugin, Role("access-plugin-with-review", new RoleConditions { Logins = ["root"] })));
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => Documents.UpsertAsync(plugin, new ChatIdentity
        {
            Metadata = new ResourceMetadata { Name = "x" }, Spec = new ChatIdentitySpec { Provider = "slack", Tenant = "T1", UserId = "U66", User = "bob" },
        }));
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => plugin.Certificates.IssueUserAsync(new IssueUserRequest { SshPublicKey = UserKey.Generate().SshLine }));
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => plugin.Audit.SearchAsync(new Api.Audit.V1.SearchRequest()));
        Assert.Equal(AccessRequestState.Pending, (await all.GetAsync(id)).Spec.State);
        Assert.NotEmpty(await all.Cluster.EventsAsync("access.denied"));

        // What it is for.
        Assert.Equal(id, (await plugin.AccessRequests.GetAsync(new GetAccessRequestRequest { Id = id })).Name);
        Assert.Contains(await AuthCluster.ListAsync<User>(plugin, ResourceKinds.User), static u => u.Metadata.Name == "bob");
        using AsyncServerStreamingCall<WatchEvent> watch = plugin.Resources.Watch(
            new WatchRequest { Kinds = { ResourceKinds.AccessRequest, ResourceKinds.AccessMonitoringRule } }, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(id, (await NextAsync(watch)).Name);
        await LinkAsync(all, "U1", "bob");
        Assert.Equal(SubmitReviewForResponse.Types.Outcome.Recorded, (await ClickAsync(plugin, id, "U1")).Outcome);
    }

    [Fact]
    public async Task H43_PluginData_IsThePluginsOwn()
    {
        await using RequestCluster all = await RequestCluster.StartAsync();
        AuthClient slack = await all.PluginAsync("slack");
        AuthClient jira = await all.PluginAsync("jira");
        string id = (await all.AskAsync()).Metadata.Name;
        PluginDataResponse stored = await slack.AccessRequests.UpdatePluginDataAsync(new UpdatePluginDataRequest { RequestId = id, Data = { ["message"] = "1" } });

        await Refusal.OfAsync(ErrorCode.AccessDenied, () => jira.AccessRequests.GetPluginDataAsync(new GetPluginDataRequest { RequestId = id, Plugin = "slack" }));
        Assert.Equal(0, (await jira.AccessRequests.GetPluginDataAsync(new GetPluginDataRequest { RequestId = id })).Revision);
        Assert.Empty((await jira.AccessRequests.ListPluginDataAsync(new ListPluginDataRequest())).RequestIds);
        // Of two who read the same, one writes.
        UpdatePluginDataRequest Next(string text) => new() { RequestId = id, Data = { ["message"] = text }, ExpectRevision = stored.Revision };
        await slack.AccessRequests.UpdatePluginDataAsync(Next("2"));
        await Refusal.OfAsync(ErrorCode.Conflict, () => slack.AccessRequests.UpdatePluginDataAsync(Next("3")));
        await Refusal.OfAsync(ErrorCode.NotFound, () => slack.AccessRequests.UpdatePluginDataAsync(new UpdatePluginDataRequest { RequestId = "nosuch", Data = { ["a"] = "b" } }));
        await Refusal.OfAsync(ErrorCode.AccessDenied, async () => await (await all.ClientAsync("alice")).AccessRequests.GetPluginDataAsync(new GetPluginDataRequest { RequestId = id }));

        // It outlives the request.
        await all.Admin.AccessRequests.DeleteAsync(new DeleteAccessRequestRequest { Id = id });
        Assert.Equal([id], (await slack.AccessRequests.ListPluginDataAsync(new ListPluginDataRequest())).RequestIds);
        PluginDataResponse last = await slack.AccessRequests.GetPluginDataAsync(new GetPluginDataRequest { RequestId = id });
        Assert.Equal("2", last.Data["message"]);
        Assert.Equal(0, (await slack.AccessRequests.UpdatePluginDataAsync(new UpdatePluginDataRequest { RequestId = id, ExpectRevision = last.Revision })).Revision);
        Assert.True((await slack.AccessRequests.SeenOnceAsync(new SeenOnceRequest { Id = "e1", TtlSeconds = 600 })).First);
        Assert.False((await slack.AccessRequests.SeenOnceAsync(new SeenOnceRequest { Id = "e1", TtlSeconds = 600 })).First);
        Assert.True((await jira.AccessRequests.SeenOnceAsync(new SeenOnceRequest { Id = "e1", TtlSeconds = 600 })).First);
    }

    [Fact]
    public async Task H43_CertificateOfAPlugin_IsForPluginHostsAndModestUsersOnly()
    {
        await using RequestCluster all = await RequestCluster.StartAsync();
        await all.PluginAsync("slack");
        JoinedHost node = await all.Cluster.JoinAsync(SystemRole.Node);
        JoinedHost host = await all.Cluster.JoinAsync(SystemRole.Access);
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => PluginCertificateAsync(node, "slack"));
        await Refusal.OfAsync(ErrorCode.NotFound, () => PluginCertificateAsync(host, "nosuch"));
        await Refusal.OfAsync(ErrorCode.Invalid, () => PluginCertificateAsync(host, "../x"));
        await Refusal.OfAsync(ErrorCode.Invalid, () => all.Admin.Certificates.IssueUserAsync(new IssueUserRequest { UserName = "access-plugin-slack", SshPublicKey = UserKey.Generate().SshLine }));
        await Refusal.OfAsync(ErrorCode.Invalid, () => all.Cluster.CreateUserAsync("access-plugin-mine", "access"));

        TeleportException excess = await Refusal.OfAsync(ErrorCode.AccessDenied, () => all.PluginAsync("greedy", "access-plugin", "access"));
        Assert.Contains("role access: reaches servers", excess.Message, StringComparison.Ordinal);
        await Documents.UpsertAsync(all.Admin, new AccessPluginSettings
        {
            Metadata = new ResourceMetadata { Name = "greedy" }, Spec = new AccessPluginSpec { AllowExcessPrivileges = "shows nodes in the message" },
        });
        X509Certificate2 greedy = await PluginCertificateAsync(host, "greedy");
        // Even then: a TLS certificate without a login, for an hour.
        UserIdentity identity = Pki.Identities.UserIdentityReader.FromX509(greedy);
        Assert.Equal(("access_plugin", true), (identity.Usage, identity.DisallowReissue));
        Assert.True(identity.Expires <= all.Cluster.Time.GetUtcNow().AddHours(1));
        Assert.DoesNotContain(identity.Principals, static p => !p.StartsWith('-'));
    }

    [Fact]
    public async Task H42_ClickByAReviewer_IsTheirReview()
    {
        await using RequestCluster all = await RequestCluster.StartAsync(approvals: 2);
        AuthClient plugin = await all.PluginAsync();
        await SwitchOnAsync(all);
        await LinkAsync(all, "U1", "bob");
        string id = (await all.AskAsync()).Metadata.Name;

        SubmitReviewForResponse outcome = await ClickAsync(plugin, id, "U1", callback: "c1");

        Assert.Equal((SubmitReviewForResponse.Types.Outcome.Recorded, "bob"), (outcome.Outcome, outcome.User));
        AccessReview review = Assert.Single((await all.GetAsync(id)).Spec.Reviews);
        Assert.Equal(("bob", "access-plugin-slack", "plugin", "slack", "slack:T1:U1", "linked"),
            (review.Author, review.SubmittedBy, review.Means!.Via, review.Means.Plugin, review.Means.ChatIdentity, review.Means.MappedBy));
        System.Text.Json.JsonElement told = Assert.Single(await all.EventsAsync("access_request.review", 1));
        Assert.Equal(("bob", "slack", "slack:T1:U1", "access-plugin-slack"), (
            told.GetProperty("reviewer").GetString(), told.GetProperty("plugin").GetString(), told.GetProperty("plugin_identity").GetString(), told.GetProperty("submitted_by").GetString()));
        Assert.Equal("linked", told.GetProperty("means").GetProperty("mapped_by").GetString());

        // The same click again, the same person again, the same person by tsh.
        await Refusal.OfAsync(ErrorCode.Conflict, () => ClickAsync(plugin, id, "U1", callback: "c1"));
        await Refusal.OfAsync(ErrorCode.Conflict, () => ClickAsync(plugin, id, "U1", callback: "c2"));
        await Refusal.OfAsync(ErrorCode.Conflict, () => all.ReviewAsync("bob", id));
        Assert.Equal(AccessRequestState.Approved, (await all.ReviewAsync("carol", id)).Spec.State);
    }

    [Fact]
    public async Task H42_AccountsThatAreNobody_ReviewNothing()
    {
        await using RequestCluster all = await RequestCluster.StartAsync();
        AuthClient plugin = await all.PluginAsync();
        await SwitchOnAsync(all, static s => s with
        {
            IdentitySources = ["linked", "trait", "map", "email"], Trait = "slack_uid", EmailDomains = ["example.com"],
            Identities = new Dictionary<string, string> { ["U7"] = "carol", ["U8"] = "carol", ["U9"] = "bob", ["U10"] = "gone", ["U11"] = "access-plugin-slack" },
        });
        await LinkAsync(all, "U1", "bob");
        await LinkAsync(all, "U2", "alice");
        await LinkAsync(all, "U3", "mallory");
        await all.Cluster.CreateUserAsync("bob@example.com", "lead");
        await TraitAsync(all, "carol", "U4", "U5");
        await TraitAsync(all, "mallory", "U6");
        await TraitAsync(all, "alice", "U6");
        string id = (await all.AskAsync()).Metadata.Name;
        (string Why, Func<ChatAccount, ChatAccount> Change)[] attempts =
        [
            ("unknown", static a => a),
            ("guest, bot, external, deactivated", static a => With(a, user: "U1", member: false)),
            ("foreign workspace", static a => With(a, user: "U1", tenant: "T2")),
            ("no workspace", static a => With(a, user: "U1", tenant: "")),
            ("the requester's own account", static a => With(a, user: "U2")),
            ("no right to review", static a => With(a, user: "U3")),
            ("two accounts in one trait", static a => With(a, user: "U4")),
            ("one account in two traits", static a => With(a, user: "U6")),
            ("two accounts mapped to one user", static a => With(a, user: "U7")),
            ("mapped to a deleted user", static a => With(a, user: "U10")),
            ("mapped to a plugin", static a => With(a, user: "U11")),
            ("name changed to the reviewer's", static a => With(a, name: "bob")),
            ("address of another domain", static a => With(a, mail: "bob@example.org")),
            ("look-alike address", static a => With(a, mail: "b\u043eb@example.com")),
            ("two at signs", static a => With(a, mail: "bob@example.com@example.com")),
            ("plus address", static a => With(a, mail: "bob+x@example.com")),
            ("empty id", static a => With(a, user: "")),
        ];
        int callback = 0;
        string? text = null;
        foreach ((string why, Func<ChatAccount, ChatAccount> change) in attempts)
        {
            ChatAccount account = change(new ChatAccount { Tenant = "T1", UserId = "U99", DisplayName = "somebody", IsFullMember = true });
            TeleportException refusal = await Refusal.OfAsync(ErrorCode.AccessDenied, () => plugin.AccessRequests.SubmitReviewForAsync(
                new SubmitReviewForRequest { RequestId = id, Account = account, ProposedState = 2, CallbackId = $"c{callback++}" }));
            // Who is nobody and who has no right hear the same.
            text ??= refusal.Message;
            Assert.True(text == refusal.Message, $"{why}: {refusal.Message}");
        }

        Assert.Empty((await all.GetAsync(id)).Spec.Reviews);
        List<System.Text.Json.JsonElement> refused = await all.EventsAsync("access_request.review", attempts.Length);
        Assert.Equal(attempts.Length, refused.Count);
        Assert.All(refused, static e => Assert.Equal(("T5002W", "slack"), (e.GetProperty("code").GetString(), e.GetProperty("plugin").GetString())));

        // By each source, somebody who may.
        foreach (Func<ChatAccount, ChatAccount> change in new Func<ChatAccount, ChatAccount>[]
        {
            static a => With(a, user: "U1"), static a => With(a, user: "U9"), static a => With(a, mail: "BOB@Example.COM"),
        })
        {
            string other = (await all.AskAsync()).Metadata.Name;
            ChatAccount account = change(new ChatAccount { Tenant = "T1", UserId = "U98", IsFullMember = true });
            SubmitReviewForResponse outcome = await plugin.AccessRequests.SubmitReviewForAsync(
                new SubmitReviewForRequest { RequestId = other, Account = account, ProposedState = 2, CallbackId = $"c{callback++}" });
            Assert.StartsWith("bob", outcome.User, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task H42_UserWhoIsLockedDeletedOrWithoutRightNow_ReviewsNothing()
    {
        await using RequestCluster all = await RequestCluster.StartAsync();
        AuthClient plugin = await all.PluginAsync();
        await SwitchOnAsync(all);
        await LinkAsync(all, "U1", "bob");
        await LinkAsync(all, "U2", "carol");
        string id = (await all.AskAsync()).Metadata.Name;
        User bob = await Documents.GetAsync<User>(all.Admin, ResourceKinds.User, "bob");
        await Documents.UpsertAsync(all.Admin, bob with { Spec = bob.Spec with { Roles = ["access"] } });
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => ClickAsync(plugin, id, "U1", callback: "a"));
        await Documents.DeleteAsync(all.Admin, ResourceKinds.User, "bob");
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => ClickAsync(plugin, id, "U1", callback: "b"));
        JoinedHost proxy = await all.Cluster.ProxyAsync();
        for (int i = 0; i < 5; i++)
        {
            await Assert.ThrowsAnyAsync<TeleportException>(async () => await proxy.Client.Login.LoginAsync(new Api.Login.V1.LoginRequest
            {
                UserName = "carol", Password = "wrong", OtpCode = "000000", ClientAddr = "192.0.2.9:1", SshPublicKey = UserKey.Generate().SshLine,
            }));
        }

        await Refusal.OfAsync(ErrorCode.AccessDenied, () => ClickAsync(plugin, id, "U2", callback: "c"));
        all.Cluster.Time.Advance(TimeSpan.FromMinutes(21));
        Assert.Equal("carol", (await ClickAsync(plugin, id, "U2", callback: "d")).User);
    }

    [Fact]
    public async Task H42_SwitchesAndPolicies_StopClicksAtTheAuthService()
    {
        await using RequestCluster all = await RequestCluster.StartAsync();
        AuthClient plugin = await all.PluginAsync();
        string id = (await all.AskAsync()).Metadata.Name;
        // Without settings there are no reviews by chat at all.
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => ClickAsync(plugin, id, "U1"));
        await SwitchOnAsync(all, static s => s with { ReviewsDisabled = true });
        await LinkAsync(all, "U1", "bob");
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => ClickAsync(plugin, id, "U1"));
        await SwitchOnAsync(all);

        foreach ((string chat, int state, SubmitReviewForResponse.Types.Outcome expected) in new[]
        {
            ("off", 2, SubmitReviewForResponse.Types.Outcome.WebOnly), ("off", 3, SubmitReviewForResponse.Types.Outcome.WebOnly),
            ("deny_only", 2, SubmitReviewForResponse.Types.Outcome.WebOnly), ("mfa", 2, SubmitReviewForResponse.Types.Outcome.Confirm),
            ("deny_only", 3, SubmitReviewForResponse.Types.Outcome.Recorded), ("allow", 2, SubmitReviewForResponse.Types.Outcome.Recorded),
        })
        {
            await Documents.UpsertAsync(all.Admin, Role("lead", new RoleConditions { ReviewRequests = new ReviewConditions { Roles = ["dba"], Chat = chat } }));
            string other = (await all.AskAsync()).Metadata.Name;
            SubmitReviewForResponse outcome = await ClickAsync(plugin, other, "U1", state);
            Assert.Equal(expected, outcome.Outcome);
            Assert.Equal(expected == SubmitReviewForResponse.Types.Outcome.Recorded ? 1 : 0, (await all.GetAsync(other)).Spec.Reviews.Count);
        }
    }

    [Fact]
    public async Task H42_ClickThatNeedsASecondFactor_WorksOnceForThatPersonAndSoon()
    {
        await using RequestCluster all = await RequestCluster.StartAsync();
        AuthClient plugin = await all.PluginAsync();
        await SwitchOnAsync(all);
        await LinkAsync(all, "U1", "bob");
        string id = (await all.AskAsync()).Metadata.Name;
        string late = (await all.AskAsync()).Metadata.Name;
        SubmitReviewForRequest weak = Click(id, "U1");
        weak.WeakChannel = true;
        string intent = (await plugin.AccessRequests.SubmitReviewForAsync(weak)).IntentId;
        weak = Click(late, "U1");
        weak.WeakChannel = true;
        string lateIntent = (await plugin.AccessRequests.SubmitReviewForAsync(weak)).IntentId;
        AuthClient bob = await all.ClientAsync("bob");
        AuthClient carol = await all.ClientAsync("carol");
        SubmitReviewRequest Confirm(string request, string which, int state = 2) => new() { Id = request, ProposedState = state, IntentId = which };

        await Refusal.OfAsync(ErrorCode.NotFound, () => carol.AccessRequests.SubmitReviewAsync(Confirm(id, intent)));
        await Refusal.OfAsync(ErrorCode.NotFound, () => bob.AccessRequests.SubmitReviewAsync(Confirm(id, intent, state: 3)));
        await Refusal.OfAsync(ErrorCode.NotFound, () => bob.AccessRequests.SubmitReviewAsync(Confirm(id, lateIntent)));
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => all.Admin.AccessRequests.SubmitReviewAsync(
            new SubmitReviewRequest { Id = id, ProposedState = 2, IntentId = intent, Author = "bob" }));
        AccessReview review = Assert.Single(Read(await bob.AccessRequests.SubmitReviewAsync(Confirm(id, intent))).Spec.Reviews);
        Assert.Equal(("bob", null, "slack:T1:U1", true), (review.Author, review.SubmittedBy, review.Means!.ChatIdentity, review.Means.MfaVerified));

        all.Cluster.Time.Advance(TimeSpan.FromMinutes(5.1));
        await Refusal.OfAsync(ErrorCode.NotFound, () => bob.AccessRequests.SubmitReviewAsync(Confirm(late, lateIntent)));
    }

    [Fact]
    public async Task H43_PluginThatMayNotSpeakForAUser_DoesNot()
    {
        await using RequestCluster all = await RequestCluster.StartAsync();
        await Documents.CreateAsync(all.Admin, Role("speaks-for-carol", new RoleConditions { ReviewRequests = new ReviewConditions { SubmitForUsers = ["carol"] } }));
        await SwitchOnAsync(all);
        await LinkAsync(all, "U1", "bob");
        await LinkAsync(all, "U2", "carol");
        string id = (await all.AskAsync()).Metadata.Name;
        AuthClient silent = await all.PluginAsync("slack", "access-plugin");
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => ClickAsync(silent, id, "U1"));
        AuthClient some = await all.PluginAsync("slack", "access-plugin", "speaks-for-carol");
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => ClickAsync(some, id, "U1"));
        // A person's own certificate is no plugin's.
        await Refusal.OfAsync(ErrorCode.AccessDenied, async () => await (await all.ClientAsync("bob")).AccessRequests.SubmitReviewForAsync(Click(id, "U2")));
        Assert.Equal("carol", (await ClickAsync(some, id, "U2")).User);
    }

    [Fact]
    public async Task H43_OnCallApproval_NeedsARoleAndItsCondition()
    {
        await using RequestCluster all = await RequestCluster.StartAsync();
        await Documents.CreateAsync(all.Admin, Role("on-call", new RoleConditions
        {
            ReviewRequests = new ReviewConditions { Roles = ["dba"], Where = "contains(request.system_annotations[\"team\"], \"red\")" },
        }));
        AuthClient plugin = await all.PluginAsync("pagerduty", "access-plugin", "on-call");
        string id = (await all.AskAsync()).Metadata.Name;
        AccessReview review = Assert.Single(Read(await plugin.AccessRequests.SubmitReviewAsync(
            new SubmitReviewRequest { Id = id, ProposedState = 2, Reason = "alice is on call" })).Spec.Reviews);
        Assert.Equal(("access-plugin-pagerduty", "on_call", "pagerduty"), (review.Author, review.Means!.Via, review.Means.Plugin));

        await Documents.UpsertAsync(all.Admin, Role("on-call", new RoleConditions
        {
            ReviewRequests = new ReviewConditions { Roles = ["dba"], Where = "contains(request.system_annotations[\"team\"], \"blue\")" },
        }));
        string other = (await all.AskAsync()).Metadata.Name;
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => plugin.AccessRequests.SubmitReviewAsync(new SubmitReviewRequest { Id = other, ProposedState = 2 }));
        await SwitchOnAsync(all, static s => s with { ReviewsDisabled = true }, "pagerduty");
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => plugin.AccessRequests.SubmitReviewAsync(new SubmitReviewRequest { Id = other, ProposedState = 3 }));
    }

    [Fact]
    public async Task H42_ChatIdentity_IsOneAccountForOneUser()
    {
        await using RequestCluster all = await RequestCluster.StartAsync();
        string name = await LinkAsync(all, "U1", "bob");
        await Refusal.OfAsync(ErrorCode.Conflict, () => LinkAsync(all, "U1", "carol"));
        await Refusal.OfAsync(ErrorCode.Conflict, () => LinkAsync(all, "U2", "bob"));
        await Refusal.OfAsync(ErrorCode.Invalid, () => LinkAsync(all, "U3", "nobody"));
        await LinkAsync(all, "U1", "bob");
        await Documents.DeleteAsync(all.Admin, ResourceKinds.ChatIdentity, name);
        await LinkAsync(all, "U2", "bob");
        await LinkAsync(all, "U1", "carol");
        Assert.Equal(["TCI001I", "TCI001I", "TCI001I", "TCI001I"], (await all.EventsAsync("chat_identity.update", 4)).Select(static e => e.GetProperty("code").GetString()));
        Assert.Equal("TCI002I", Assert.Single(await all.EventsAsync("chat_identity.delete", 1)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task CallbackRejected_ByAPluginHost_IsOnRecord()
    {
        await using RequestCluster all = await RequestCluster.StartAsync(populate: false);
        JoinedHost host = await all.Cluster.JoinAsync(SystemRole.Access);
        JoinedHost node = await all.Cluster.JoinAsync(SystemRole.Node);
        Api.Audit.V1.EmitRequest Rejected() => new()
        {
            Events = { ByteString.CopyFromUtf8("""{"event":"access_plugin.callback_rejected","code":"TAP001W","plugin":"slack","reason":"bad_signature"}""") },
        };
        await host.Client.Audit.EmitAsync(Rejected());
        await Refusal.OfAsync(ErrorCode.AccessDenied, () => node.Client.Audit.EmitAsync(Rejected()));
        Assert.Equal("bad_signature", Assert.Single(await all.EventsAsync("access_plugin.callback_rejected", 1)).GetProperty("reason").GetString());
    }

    private static ChatAccount With(ChatAccount account, string? user = null, string? tenant = null, string? name = null, string? mail = null, bool? member = null)
    {
        ChatAccount changed = account.Clone();
        changed.UserId = user ?? changed.UserId;
        changed.Tenant = tenant ?? changed.Tenant;
        changed.DisplayName = name ?? changed.DisplayName;
        changed.ConfirmedEmail = mail ?? changed.ConfirmedEmail;
        changed.IsFullMember = member ?? changed.IsFullMember;
        return changed;
    }

    private static SubmitReviewForRequest Click(string id, string account, int state = 2, string? callback = null) => new()
    {
        RequestId = id,
        ProposedState = state,
        CallbackId = callback ?? Guid.NewGuid().ToString(),
        Account = new ChatAccount { Tenant = "T1", UserId = account, DisplayName = "Bobby", IsFullMember = true },
    };

    private static async Task<SubmitReviewForResponse> ClickAsync(AuthClient plugin, string id, string account, int state = 2, string? callback = null) =>
        await plugin.AccessRequests.SubmitReviewForAsync(Click(id, account, state, callback));

    private static Task<ResourceDocument> SwitchOnAsync(RequestCluster all, Func<AccessPluginSpec, AccessPluginSpec>? change = null, string name = "slack")
    {
        var spec = new AccessPluginSpec { Provider = "slack", Tenants = ["T1"], Reviews = true };
        return Documents.UpsertAsync(all.Admin, new AccessPluginSettings { Metadata = new ResourceMetadata { Name = name }, Spec = change?.Invoke(spec) ?? spec });
    }

    private static async Task<string> LinkAsync(RequestCluster all, string account, string user) => (await Documents.UpsertAsync(all.Admin, new ChatIdentity
    {
        Spec = new ChatIdentitySpec { Provider = "slack", Tenant = "T1", UserId = account, User = user },
    })).Name;

    private static async Task TraitAsync(RequestCluster all, string user, params string[] accounts)
    {
        User present = await Documents.GetAsync<User>(all.Admin, ResourceKinds.User, user);
        var traits = new Dictionary<string, StringList>(present.Spec.Traits) { ["slack_uid"] = [.. accounts] };
        await Documents.UpsertAsync(all.Admin, present with { Status = null, Spec = present.Spec with { Traits = traits } });
    }
}
