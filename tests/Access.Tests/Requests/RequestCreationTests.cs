using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Access.Requests;
using static Teleport.Access.Tests.Requests.TestRequests;
using static Teleport.Access.Tests.TestRoles;

namespace Teleport.Access.Tests.Requests;

public class RequestCreationTests
{
    [Theory]
    [InlineData("dba", null, "dba", true)]
    [InlineData("d*", null, "dba", true)]
    [InlineData("^(dba|web)$", null, "web", true)]
    [InlineData("{{regexp.match(\"d.a\")}}", null, "dba", true)]
    [InlineData("{{regexp.not_match(\"adm.*\")}}", null, "web", true)]
    [InlineData("{{regexp.not_match(\"adm.*\")}}", null, "admin", false)]
    [InlineData("web", null, "dba", false)]
    [InlineData("db", null, "dba", false)]
    [InlineData("DBA", null, "dba", false)]
    [InlineData("^db$", null, "dba", false)]
    [InlineData("dba ", null, "dba", false)]
    [InlineData("*", "dba", "dba", false)]
    [InlineData("*", "d*", "dba", false)]
    [InlineData("*", "^dba$", "dba", false)]
    [InlineData("dba", "*", "dba", false)]
    [InlineData("dba", "web", "dba", true)]
    [InlineData("*", null, "nosuch", false)]
    public void H33_RequestedRole_NeedsAnAllowAndNoDeny(string allow, string? deny, string asked, bool expected)
    {
        RoleSet own = Resolve(Requester("r", new RequestConditions { Roles = [allow] }, deny is null ? null : new RequestConditions { Roles = [deny] }));

        AccessDecision<AccessRequestGrant> decision = Ask(own, new RequestWish { Roles = [asked] });

        Assert.Equal(expected, decision.IsAllowed);
        Assert.Equal(expected ? $"user \"alice\" may request {asked}" : $"user \"alice\" cannot request role \"{asked}\"", decision.Reason);
    }

    [Fact]
    public void H33_DenyOfOneRole_WinsOverTheAllowOfAnother()
    {
        Role allows = Requester("a", new RequestConditions { Roles = ["*"] });
        Role denies = Role("d", deny: new RoleConditions { Request = new RequestConditions { ClaimsToRoles = [new ClaimToRoles { Claim = "team", Value = "red", Roles = ["dba"] }] } });
        Assert.True(Ask(Resolve(allows), new RequestWish { Roles = ["dba"] }).IsAllowed);
        Assert.False(Ask(Resolve(allows, denies), new RequestWish { Roles = ["dba"] }).IsAllowed);
        Assert.True(Ask(Resolve(allows, denies), new RequestWish { Roles = ["web"] }).IsAllowed);
    }

    [Fact]
    public void H33_BrokenStoredRole_DeniesEveryRequest()
    {
        Role allows = Requester("a", new RequestConditions { Roles = ["*"] });
        Role broken = Requester("b", new RequestConditions { Roles = ["^(unclosed$"] });
        Assert.False(Ask(Resolve(allows, broken), new RequestWish { Roles = ["dba"] }).IsAllowed);
    }

    [Theory]
    [InlineData("team", "red", "dba", "dba", true)]
    [InlineData("team", "^r(.*)$", "r$1", "red", true)]
    [InlineData("team", "blue", "dba", "dba", false)]
    [InlineData("nosuch", "*", "dba", "dba", false)]
    [InlineData("evil", "^(.*)$", "$1", "dba", false)]
    [InlineData("evil", "^(.*)$", "${1}", "admin", false)]
    [InlineData("evil", "*", "dba", "dba", true)]
    public void H34_ClaimsToRoles_TakeTextNotPatterns(string claim, string value, string role, string asked, bool expected)
    {
        RoleSet own = Resolve(Requester("r", new RequestConditions { ClaimsToRoles = [new ClaimToRoles { Claim = claim, Value = value, Roles = [role] }] }));
        RequestDirectory directory = Directory(Role("red"));
        Assert.Equal(expected, Ask(own, new RequestWish { Roles = [asked] }, directory).IsAllowed);
    }

    [Fact]
    public void Check_Star_IsAllThatMayBeRequestedAndIsNotHeld()
    {
        Role own = Requester("web", new RequestConditions { Roles = ["dba", "web"] });
        AccessRequest request = Ask(Resolve(own), new RequestWish { Roles = ["*"] }).Require().Request;
        Assert.Equal(["dba"], request.Spec.Roles);
        Assert.False(Ask(Resolve(Role("nothing")), new RequestWish { Roles = ["*"] }).IsAllowed);
    }

    [Fact]
    public void H36_RolesGainedByRequest_OpenNothing()
    {
        // The rules are asked with the user's own roles; those of the certificate are not among them.
        Role own = Requester("own", new RequestConditions { Roles = ["step"] });
        Role step = Requester("step", new RequestConditions { Roles = ["admin"] });
        RequestDirectory directory = Directory(step);
        Assert.True(Ask(Resolve(own), new RequestWish { Roles = ["step"] }, directory).IsAllowed);
        Assert.False(Ask(Resolve(own), new RequestWish { Roles = ["admin"] }, directory).IsAllowed);
        Assert.True(Ask(Resolve(own, step), new RequestWish { Roles = ["admin"] }, directory).IsAllowed);
    }

    [Fact]
    public void H36_Annotations_ComeOnlyFromTheRolesAskedFor()
    {
        Role forDba = Requester("a", new RequestConditions
        {
            Roles = ["dba"], Annotations = new Dictionary<string, StringList> { ["page"] = ["db-team", "{{external.team}}"], ["secret"] = ["x", "y"] },
        });
        Role forWeb = Requester("b", new RequestConditions { Roles = ["web"], Annotations = new Dictionary<string, StringList> { ["page"] = ["web-team"] } });
        Role denies = Role("c", deny: new RoleConditions { Request = new RequestConditions { Annotations = new Dictionary<string, StringList> { ["secret"] = ["x"] } } });

        AccessRequest request = Ask(Resolve(forDba, forWeb, denies), new RequestWish { Roles = ["dba"] }).Require().Request;

        Assert.Equal(["db-team", "red"], request.Spec.SystemAnnotations["page"]);
        Assert.Equal(["y"], request.Spec.SystemAnnotations["secret"]);
    }

    [Theory]
    [InlineData(null, null, 30)]
    [InlineData("2h", null, 2)]
    [InlineData(null, 1.0, 1)]
    [InlineData("2h", 5.0, 2)]
    [InlineData("72h", null, 72)]
    [InlineData("72h", 48.0, 48)]
    [InlineData("72h", 500.0, 72)]
    [InlineData(null, 500.0, 30)]
    public void H36_AccessEnds_WithinWhatTheRolesAllow(string? roleLimit, double? wishedHours, double expectedHours)
    {
        RoleSet own = Resolve(Requester("r", new RequestConditions { Roles = ["dba"], MaxDuration = roleLimit }));
        var wish = new RequestWish { Roles = ["dba"], MaxDuration = wishedHours is { } hours ? TimeSpan.FromHours(hours) : null };
        Assert.Equal(Now.AddHours(expectedHours), Ask(own, wish).Require().Request.Spec.Expires);
    }

    [Fact]
    public void H36_SessionTtl_IsTheLeastOfOwnAndRequestedRoles()
    {
        RoleSet own = Resolve(Requester("r", new RequestConditions { Roles = ["short"], MaxDuration = "10d" }, options: new RoleOptions { MaxSessionTtl = "8h" }));
        RequestDirectory directory = Directory(Role("short", options: new RoleOptions { MaxSessionTtl = "2h" }));
        AccessRequest request = Ask(own, new RequestWish { Roles = ["short"], SessionTtl = TimeSpan.FromHours(5) }, directory).Require().Request;
        Assert.Equal(TimeSpan.FromHours(2), request.Spec.SessionTtl);
        Assert.Equal(Now.AddDays(10), request.Spec.Expires);
        Assert.Equal(Now.AddHours(1), request.Metadata.Expires);
    }

    [Fact]
    public void Check_RequestTtlBeyondTheSession_IsInvalid()
    {
        RoleSet own = Resolve(Requester("r", new RequestConditions { Roles = ["dba"] }));
        var wish = new RequestWish { Roles = ["dba"], RequestTtl = TimeSpan.FromHours(5) };
        Assert.Equal(Now.AddHours(5), Ask(own, wish).Require().Request.Metadata.Expires);
        TeleportException error = Assert.Throws<TeleportException>(() => Ask(own, wish, sessionEnds: Now.AddHours(4)));
        Assert.Contains("4h0m0s", error.Message, StringComparison.Ordinal);
        Assert.Equal(Now.AddMinutes(20), Ask(own, new RequestWish { Roles = ["dba"] }, sessionEnds: Now.AddMinutes(20)).Require().Request.Metadata.Expires);
    }

    [Fact]
    public void Check_ReasonRequired_IsAskedFor()
    {
        Role role = Requester("r", new RequestConditions { Roles = ["dba"], Reason = new RequestReasonConditions { Mode = "required", Prompt = "Which ticket?" } });
        TeleportException error = Assert.Throws<TeleportException>(() => Ask(Resolve(role), new RequestWish { Roles = ["dba"], Reason = " " }));
        Assert.Contains("Which ticket?", error.Message, StringComparison.Ordinal);
        Assert.True(Ask(Resolve(role), new RequestWish { Roles = ["dba"], Reason = "T1" }).IsAllowed);
        Assert.Throws<TeleportException>(() => Ask(
            Resolve(Requester("o", new RequestConditions { Roles = ["dba"] }, options: new RoleOptions { RequestAccess = "reason" })), new RequestWish { Roles = ["dba"] }));
    }

    [Fact]
    public void Check_Resources_GiveTheRolesThatReachThem()
    {
        string id = Node(("env", "prod")).Metadata.Name;
        RoleSet own = Resolve(Requester("r", new RequestConditions { SearchAsRoles = ["dba", "web"] }));
        RequestWish Wish(string cluster, string name) => new() { Resources = [new RequestedResource { Cluster = cluster, Kind = "node", Name = name }] };

        AccessRequest request = Ask(own, Wish("lab", id)).Require().Request;

        Assert.Equal(["dba"], request.Spec.Roles);
        Assert.Equal($"/lab/node/{id}", Assert.Single(request.Spec.RequestedResourceIds).ToString());
        Assert.False(Ask(own, Wish("other", id)).IsAllowed);
        Assert.False(Ask(own, Wish("lab", "nosuch")).IsAllowed);
        Assert.False(Ask(Resolve(Requester("w", new RequestConditions { SearchAsRoles = ["web"] })), Wish("lab", id)).IsAllowed);
        Assert.False(Ask(
            Resolve(Requester("x", new RequestConditions { SearchAsRoles = ["dba"] }, new RequestConditions { SearchAsRoles = ["d*"] })), Wish("lab", id)).IsAllowed);
        // Asking for the role itself is something else.
        Assert.False(Ask(own, new RequestWish { Roles = ["dba"] }).IsAllowed);
    }

    [Fact]
    public void H37_TooMuchText_IsRefused()
    {
        Assert.Equal(ErrorCode.Limit, Assert.Throws<TeleportException>(() => new RequestWish { Roles = ["dba"], Reason = new string('x', 4097) }.Validate()).Code);
        Assert.Equal(ErrorCode.Limit, Assert.Throws<TeleportException>(() => new RequestWish { Roles = [.. Enumerable.Range(0, 501).Select(static i => $"r{i}")] }.Validate()).Code);
        Assert.Equal(ErrorCode.Limit, Assert.Throws<TeleportException>(() => RequestTexts.RequireAnnotations(
            new Dictionary<string, StringList> { ["k"] = [new string('x', 10_000_000)] })).Code);
        new RequestWish { Roles = ["dba"], Reason = new string('x', 4096) }.Validate();
    }

    [Theory]
    [InlineData("""{"roles":["^(x$"]}""")]
    [InlineData("""{"roles":["{{internal.logins}}"]}""")]
    [InlineData("""{"thresholds":[{"approve":-1}]}""")]
    [InlineData("""{"thresholds":[{"filter":"contains(reviewer.roles)"}]}""")]
    [InlineData("""{"max_duration":"15d"}""")]
    [InlineData("""{"reason":{"mode":"sometimes"}}""")]
    [InlineData("""{"claims_to_roles":[{"claim":"","value":"x","roles":["a"]}]}""")]
    public void Validate_WrongRequestRules_AreRefused(string request)
    {
        string text = """{"kind":"role","version":"v7","metadata":{"name":"r"},"spec":{"allow":{"request":""" + request + "}}}";
        var role = (Role)ResourceJson.Deserialize(ResourceKinds.Role, System.Text.Encoding.UTF8.GetBytes(text));
        Assert.Equal(ErrorCode.Invalid, Assert.Throws<TeleportException>(() => RoleValidation.Validate(role)).Code);
    }
}
