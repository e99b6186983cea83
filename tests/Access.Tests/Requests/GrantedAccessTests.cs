using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Access.Requests;
using static Teleport.Access.Tests.Requests.TestRequests;
using static Teleport.Access.Tests.TestRoles;

namespace Teleport.Access.Tests.Requests;

public class GrantedAccessTests
{
    private static readonly AccessRequest Approved = new()
    {
        Metadata = new ResourceMetadata { Name = "id1", Expires = Now.AddHours(2) },
        Spec = new AccessRequestSpec { User = "alice", Roles = ["dba"], State = AccessRequestState.Approved, Expires = Now.AddHours(2) },
    };

    public static TheoryData<string, string> Worthless => new()
    {
        { "pending", "still pending" }, { "denied", "denied" }, { "promoted", "gives nothing" }, { "foreign", "not found" }, { "expired", "not found" },
        { "missing", "not found" }, { "later", "begins at" }, { "othercase", "not found" },
    };

    [Theory]
    [MemberData(nameof(Worthless))]
    public void H36_RequestThatGivesNothing_IsRefused(string what, string says)
    {
        AccessRequestSpec spec = Approved.Spec;
        AccessRequest? request = what switch
        {
            "pending" => Approved with { Spec = spec with { State = AccessRequestState.Pending } },
            "denied" => Approved with { Spec = spec with { State = AccessRequestState.Denied } },
            "promoted" => Approved with { Spec = spec with { State = AccessRequestState.Promoted } },
            "foreign" => Approved with { Spec = spec with { User = "bob" } },
            "othercase" => Approved with { Spec = spec with { User = "Alice" } },
            "expired" => Approved with { Spec = spec with { Expires = Now } },
            "later" => Approved with { Spec = spec with { AssumeStartTime = Now.AddMinutes(1) } },
            _ => null,
        };
        TeleportException error = Assert.Throws<TeleportException>(() => GrantedAccess.Of("alice", [("id1", request)], Now));
        Assert.Equal(ErrorCode.AccessDenied, error.Code);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Equal(["dba"], GrantedAccess.Of("alice", [("id1", Approved)], Now).Roles);
    }

    [Fact]
    public void H36_RequestForResources_IsNotCombinedWithAnother()
    {
        AccessRequest single = Approved with { Spec = Approved.Spec with { RequestedResourceIds = [RequestedResource.Parse("/lab/node/x")] } };
        Assert.Equal(["/lab/node/x"], GrantedAccess.Of("alice", [("a", single)], Now).Resources);
        Assert.Throws<TeleportException>(() => GrantedAccess.Of("alice", [("a", single), ("b", Approved)], Now));
        Assert.Equal(ErrorCode.Limit, Assert.Throws<TeleportException>(
            () => GrantedAccess.Of("alice", [.. Enumerable.Range(0, 33).Select(static i => ($"{i}", (AccessRequest?)Approved))], Now)).Code);
    }

    [Fact]
    public void H36_CertificateForOneResource_ReachesNoOther()
    {
        Role role = Role("dba", new RoleConditions { Logins = ["root"], NodeLabels = new Dictionary<string, StringList> { ["*"] = ["*"] } });
        Server node = Node(("env", "prod"));
        RoleSet With(params string[] resources) => Resolve(Identity("dba") with { AllowedResources = resources }, role);
        Assert.True(Check(With(), node, "root").IsAllowed);
        Assert.True(Check(With($"/lab/node/{node.Metadata.Name}"), node, "root").IsAllowed);
        Assert.False(Check(With("/lab/node/another"), node, "root").IsAllowed);
        Assert.False(Check(With($"/other/node/{node.Metadata.Name}"), node, "root").IsAllowed);
        Assert.False(NodeAccess.CanSee(With("/lab/node/another"), node));
    }

    [Fact]
    public void H36_SessionUnderAGrant_EndsWithItsCertificate()
    {
        Role role = Role("dba", new RoleConditions { Logins = ["root"], NodeLabels = new Dictionary<string, StringList> { ["*"] = ["*"] } });
        UserIdentity identity = Identity("dba");
        Assert.Null(Check(Resolve(identity, role), Node(), "root").Grant!.Permissions.DisconnectAt);
        Assert.Equal(identity.Expires, Check(Resolve(identity with { ActiveRequests = ["id1"] }, role), Node(), "root").Grant!.Permissions.DisconnectAt);
    }

    [Fact]
    public void H43_PluginRoles_HoldNothingMore()
    {
        RoleSet presets = Resolve([.. PresetRoles.All.Where(static r => r.Metadata.Name.StartsWith("access-plugin", StringComparison.Ordinal))]);
        Assert.Empty(PluginPrivileges.Excess(presets));
        RoleRule Rule(string kind, string verb) => new() { Resources = [kind], Verbs = [verb] };
        RoleConditions[] excessive =
        [
            new() { Rules = [Rule("access_request", "update")] }, new() { Rules = [Rule("access_request", "*")] }, new() { Rules = [Rule("*", "read")] },
            new() { Rules = [Rule("role", "create")] }, new() { Rules = [Rule("user", "update")] }, new() { Rules = [Rule("token", "list")] },
            new() { Logins = ["root"] }, new() { NodeLabels = Labels("a", "b") }, new() { Request = new RequestConditions { Roles = ["x"] } },
            new() { ReviewRequests = new ReviewConditions { Roles = ["x"] } },
        ];
        Assert.All(excessive, static allow => Assert.NotEmpty(PluginPrivileges.Excess(Resolve(Role("r", allow)))));
        Assert.Empty(PluginPrivileges.Excess(Resolve(Role("r", new RoleConditions
        {
            ReviewRequests = new ReviewConditions { Roles = ["x"], Where = "contains(request.system_annotations[\"oncall\"], \"db\")" },
        }))));
    }

    [Fact]
    public void H42_SubmitForUsers_DenyWins()
    {
        RoleSet all = User("access-plugin-slack", Reviewer("p", new ReviewConditions { SubmitForUsers = ["*"] }));
        RoleSet some = User("access-plugin-slack", Reviewer("p", new ReviewConditions { SubmitForUsers = ["*"] }, new ReviewConditions { SubmitForUsers = ["root", "^admin-.*$"] }));
        Assert.True(ReviewRules.MaySubmitFor(all, "root"));
        Assert.False(ReviewRules.MaySubmitFor(some, "root"));
        Assert.False(ReviewRules.MaySubmitFor(some, "admin-bob"));
        Assert.True(ReviewRules.MaySubmitFor(some, "bob"));
        Assert.False(ReviewRules.MaySubmitFor(User("x", Reviewer("p", new ReviewConditions { Roles = ["*"] })), "bob"));
    }

    [Theory]
    [InlineData("contains(access_request.spec.roles, \"dba\")", true)]
    [InlineData("access_request.spec.roles.contains_any(set(\"dba\", \"x\"))", true)]
    [InlineData("access_request.spec.roles.contains_all(set(\"dba\", \"x\"))", false)]
    [InlineData("access_request.spec.user == \"alice\" && contains(user.traits[\"team\"], \"red\")", true)]
    [InlineData("access_request.spec.request_reason != \"\"", false)]
    [InlineData("is_empty(access_request.spec.suggested_reviewers)", true)]
    public void Matches_Condition_IsEvaluated(string condition, bool expected)
    {
        var rule = new AccessMonitoringRule
        {
            Metadata = new ResourceMetadata { Name = "r" },
            Spec = new AccessMonitoringRuleSpec
            {
                Subjects = ["access_request"], Condition = condition, Notification = new AccessNotification { Name = "slack", Recipients = ["#ops"] },
            },
        };
        MonitoringConditions.Validate(rule);
        Assert.Equal(expected, MonitoringConditions.Matches(rule, Approved, new Dictionary<string, IReadOnlyList<string>> { ["team"] = ["red"] }));
    }
}
