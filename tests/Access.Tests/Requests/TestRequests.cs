using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Access.Requests;
using static Teleport.Access.Tests.TestRoles;

namespace Teleport.Access.Tests.Requests;

/// <summary>Short ways to ask and to review.</summary>
internal static class TestRequests
{
    public static readonly DateTimeOffset Now = new(2026, 11, 23, 10, 0, 0, TimeSpan.Zero);

    /// <summary>The cluster: the roles that can be asked for, and those given.</summary>
    public static RequestDirectory Directory(params Role[] more)
    {
        Role[] roles =
        [
            Role("dba", new RoleConditions { Logins = ["postgres"], NodeLabels = Labels("env", "prod") }),
            Role("web", new RoleConditions { Logins = ["www"], NodeLabels = Labels("env", "dev") }), Role("admin"), .. more,
        ];
        Server node = Node(("env", "prod"));
        return new RequestDirectory("lab", roles.ToDictionary(static r => r.Metadata.Name), id => id == node.Metadata.Name ? node : null);
    }

    public static Role Requester(string name, RequestConditions allow, RequestConditions? deny = null, RoleOptions? options = null) =>
        Role(name, new RoleConditions { Request = allow }, deny is null ? null : new RoleConditions { Request = deny }, options);

    public static Role Reviewer(string name, ReviewConditions allow, ReviewConditions? deny = null) =>
        Role(name, new RoleConditions { ReviewRequests = allow }, deny is null ? null : new RoleConditions { ReviewRequests = deny });

    public static AccessDecision<AccessRequestGrant> Ask(RoleSet own, RequestWish wish, RequestDirectory? directory = null, DateTimeOffset? sessionEnds = null) =>
        RequestCreation.Check(Caller.Of(own.Identity), own, wish, directory ?? Directory(), sessionEnds, Now);

    /// <summary>The stored request of alice for some roles, where these requester's roles are all that she holds.</summary>
    public static AccessRequest Asked(string[] roles, params Role[] held)
    {
        AccessRequest request = Ask(Resolve(held), new RequestWish { Roles = roles, Reason = "because" }).Require().Request;
        return request with { Metadata = request.Metadata with { Name = "0e6a3b1c" } };
    }

    public static RoleSet User(string name, params Role[] roles) =>
        Resolve(Identity([.. roles.Select(static r => r.Metadata.Name)]) with { UserName = name }, roles);

    public static AccessDecision<ReviewGrant> Judge(RoleSet reviewer, AccessRequest request, AccessRequestState state = AccessRequestState.Approved, params string[] roles) =>
        ReviewRules.Check(Caller.Of(reviewer.Identity), reviewer, request, new AccessReview { ProposedState = state, Roles = [.. roles] });

    public static AccessRequest Review(RoleSet reviewer, AccessRequest request, AccessRequestState state = AccessRequestState.Approved, params string[] roles) =>
        ReviewCount.Add(Judge(reviewer, request, state, roles).Require(), Now);
}
