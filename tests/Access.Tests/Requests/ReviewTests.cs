using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Access.Requests;
using static Teleport.Access.Tests.Requests.TestRequests;

namespace Teleport.Access.Tests.Requests;

public class ReviewTests
{
    private static readonly Role Any = Reviewer("any", new ReviewConditions { Roles = ["*"] });

    [Theory]
    [InlineData("dba", null, null, true)]
    [InlineData("*", null, null, true)]
    [InlineData("web", null, null, false)]
    [InlineData("*", "dba", null, false)]
    [InlineData("dba", "*", null, false)]
    [InlineData("dba", null, "!equals(request.reason, \"\")", true)]
    [InlineData("dba", null, "equals(request.reason, \"\")", false)]
    [InlineData("dba", null, "request.reason != \"\" && request.roles.contains(\"dba\")", true)]
    [InlineData("dba", null, "contains(reviewer.traits[\"team\"], \"red\")", true)]
    [InlineData("dba", null, "contains(reviewer.traits[\"nosuch\"], \"red\")", false)]
    [InlineData("dba", null, "contains_any(request.system_annotations[\"oncall\"], set(\"x\"))", false)]
    [InlineData("dba", null, "regexp.match(request.roles, \"^d\")", true)]
    public void H35_Review_NeedsAnAllowAndNoDeny(string allow, string? deny, string? where, bool expected)
    {
        AccessRequest request = Asked(["dba"], Requester("r", new RequestConditions { Roles = ["*"] }));
        RoleSet bob = User("bob", Reviewer("rev", new ReviewConditions { Roles = [allow], Where = where }, deny is null ? null : new ReviewConditions { Roles = [deny] }));
        Assert.Equal(expected, Judge(bob, request).IsAllowed);
        Assert.Equal(expected, ReviewRules.MayReview(bob, request));
    }

    [Theory]
    [InlineData("alice", false)]
    [InlineData("Alice", false)]
    [InlineData("ALICE", false)]
    [InlineData("alice2", true)]
    public void H35_OwnRequest_IsReviewedByNobodyOfThatName(string reviewer, bool expected)
    {
        AccessRequest request = Asked(["dba"], Requester("r", new RequestConditions { Roles = ["*"] }));
        Assert.Equal(expected, Judge(User(reviewer, Any), request).IsAllowed);
    }

    [Fact]
    public void H35_EveryRequestedRole_MustBeCovered()
    {
        AccessRequest request = Asked(["dba", "web"], Requester("r", new RequestConditions { Roles = ["*"] }));
        Assert.False(Judge(User("bob", Reviewer("rev", new ReviewConditions { Roles = ["dba"] })), request).IsAllowed);
        Assert.True(Judge(User("bob", Reviewer("a", new ReviewConditions { Roles = ["dba"] }), Reviewer("b", new ReviewConditions { Roles = ["web"] })), request).IsAllowed);
    }

    [Fact]
    public void H35_SamePersonTwice_CountsOnce()
    {
        AccessRequest request = Asked(["dba"], Requester("r", new RequestConditions { Roles = ["*"], Thresholds = [new AccessThreshold { Approve = 2 }] }));
        AccessRequest once = Review(User("bob", Any), request);
        Assert.Equal(AccessRequestState.Pending, once.Spec.State);
        Assert.Equal(ErrorCode.Conflict, Assert.Throws<TeleportException>(() => Review(User("bob", Any), once)).Code);
        Assert.Equal(ErrorCode.Conflict, Assert.Throws<TeleportException>(() => Review(User("BOB", Any), once)).Code);
        Assert.Equal(AccessRequestState.Approved, Review(User("carol", Any), once).Spec.State);
    }

    // a approves, d denies; one reviewer each.
    [Theory]
    [InlineData(1, 1, "a", AccessRequestState.Approved)]
    [InlineData(1, 1, "d", AccessRequestState.Denied)]
    [InlineData(2, 1, "a", AccessRequestState.Pending)]
    [InlineData(2, 1, "aa", AccessRequestState.Approved)]
    [InlineData(2, 1, "ad", AccessRequestState.Denied)]
    [InlineData(2, 2, "ad", AccessRequestState.Pending)]
    [InlineData(2, 2, "ada", AccessRequestState.Approved)]
    [InlineData(2, 2, "add", AccessRequestState.Denied)]
    [InlineData(0, 1, "aaaa", AccessRequestState.Pending)]
    [InlineData(1, 0, "dddd", AccessRequestState.Pending)]
    public void Add_Reviews_ReachTheThreshold(int approve, int deny, string reviews, AccessRequestState expected)
    {
        AccessRequest request = Asked(["dba"], Requester("r", new RequestConditions { Roles = ["*"], Thresholds = [new AccessThreshold { Approve = approve, Deny = deny }] }));
        for (int i = 0; i < reviews.Length; i++)
        {
            request = Review(User($"reviewer{i}", Any), request, reviews[i] == 'a' ? AccessRequestState.Approved : AccessRequestState.Denied);
        }

        Assert.Equal(expected, request.Spec.State);
        Assert.Equal(reviews.Length, request.Spec.Reviews.Count);
    }

    [Fact]
    public void Add_DualAuthorisation_NeedsBothKindsOfReviewers()
    {
        AccessRequest request = Asked(
            ["dba"],
            Requester("by-lead", new RequestConditions { Roles = ["dba"], Thresholds = [new AccessThreshold { Filter = "contains(reviewer.roles, \"lead\")" }] }),
            Requester("by-security", new RequestConditions { Roles = ["dba"], Thresholds = [new AccessThreshold { Filter = "contains(reviewer.roles, \"security\")" }] }));
        Role lead = Reviewer("lead", new ReviewConditions { Roles = ["*"] });
        Role security = Reviewer("security", new ReviewConditions { Roles = ["*"] });

        AccessRequest byLeads = Review(User("bob", lead), Review(User("carol", lead), request));
        Assert.Equal(AccessRequestState.Pending, byLeads.Spec.State);
        Assert.Equal(AccessRequestState.Approved, Review(User("dave", security), byLeads).Spec.State);
        // One who is both satisfies both sets.
        Assert.Equal(AccessRequestState.Approved, Review(User("erin", lead, security), request).Spec.State);
        // A denial that no threshold counts denies nothing.
        Assert.Equal(AccessRequestState.Pending, Review(User("mallory", Any), request, AccessRequestState.Denied).Spec.State);
    }

    [Fact]
    public void Add_FilterOnTheReviewsReason_IsAsked()
    {
        AccessRequest request = Asked(["dba"], Requester("r", new RequestConditions { Roles = ["*"], Thresholds = [new AccessThreshold { Filter = "review.reason != \"\"" }] }));
        RoleSet bob = User("bob", Any);
        Assert.Equal(AccessRequestState.Pending, Review(bob, request).Spec.State);
        var withReason = new AccessReview { ProposedState = AccessRequestState.Approved, Reason = "ok" };
        Assert.Equal(
            AccessRequestState.Approved,
            ReviewCount.Add(ReviewRules.Check(Abstractions.Security.Caller.Of(bob.Identity), bob, request, withReason).Require(), Now).Spec.State);
    }

    [Fact]
    public void Add_SetsOfEveryRole_MustAllBeReached()
    {
        AccessRequest request = Asked(
            ["dba", "web"],
            Requester("d", new RequestConditions { Roles = ["dba"], Thresholds = [new AccessThreshold { Name = "two", Approve = 2 }] }),
            Requester("w", new RequestConditions { Roles = ["web"] }));
        AccessRequest one = Review(User("bob", Any), request);
        Assert.Equal(AccessRequestState.Pending, one.Spec.State);
        Assert.Equal(AccessRequestState.Approved, Review(User("carol", Any), one).Spec.State);
    }

    [Fact]
    public void H36_PartOfTheRoles_IsGrantedByThoseWhoApprovedExactlyThat()
    {
        AccessRequest request = Asked(["dba", "web"], Requester("r", new RequestConditions { Roles = ["*"], Thresholds = [new AccessThreshold { Approve = 2 }] }));
        AccessRequest mixed = Review(User("carol", Any), Review(User("bob", Any), request, AccessRequestState.Approved, "web"));
        Assert.Equal(AccessRequestState.Pending, mixed.Spec.State);
        AccessRequest granted = Review(User("dave", Any), mixed, AccessRequestState.Approved, "web");
        Assert.Equal(AccessRequestState.Approved, granted.Spec.State);
        Assert.Equal(["web"], granted.Spec.Roles);
        Assert.Throws<TeleportException>(() => Review(User("eve", Any), request, AccessRequestState.Approved, "admin"));
        Assert.Throws<TeleportException>(() => Review(User("eve", Any), request, AccessRequestState.Denied, "web"));
    }

    [Theory]
    [InlineData(AccessRequestState.Pending)]
    [InlineData(AccessRequestState.Promoted)]
    [InlineData(AccessRequestState.None)]
    [InlineData((AccessRequestState)77)]
    public void H35_OtherStates_AreNoReviews(AccessRequestState state)
    {
        AccessRequest request = Asked(["dba"], Requester("r", new RequestConditions { Roles = ["*"] }));
        Assert.Equal(ErrorCode.Invalid, Assert.Throws<TeleportException>(() => Judge(User("bob", Any), request, state)).Code);
        Assert.Equal(ErrorCode.Invalid, Assert.Throws<TeleportException>(() => ReviewCount.Decide(request, Say(state), Now)).Code);
    }

    [Fact]
    public void H36_DecidedRequest_NeverChangesAgain()
    {
        AccessRequest pending = Asked(["dba"], Requester("r", new RequestConditions { Roles = ["*"] }));
        foreach (AccessRequestState state in new[] { AccessRequestState.Approved, AccessRequestState.Denied })
        {
            AccessRequest decided = ReviewCount.Decide(pending, Say(state), Now);
            Assert.Equal(state, decided.Spec.State);
            Assert.Equal(state == AccessRequestState.Approved ? pending.Spec.Expires : pending.Metadata.Expires, decided.Metadata.Expires);
            Assert.Throws<TeleportException>(() => ReviewCount.Decide(decided, Say(AccessRequestState.Approved), Now));
            Assert.Throws<TeleportException>(() => ReviewCount.Decide(decided, Say(AccessRequestState.Denied), Now));
            Assert.Equal(ErrorCode.Conflict, Assert.Throws<TeleportException>(() => Review(User("bob", Any), decided)).Code);
        }
    }

    [Theory]
    [InlineData(null, null, "web", false, "allow")]
    [InlineData(null, null, "admin", false, "deny_only")]
    [InlineData(null, null, "web", true, "mfa")]
    [InlineData("allow", null, "admin", false, "allow")]
    [InlineData("allow", "mfa", "web", false, "mfa")]
    [InlineData("mfa", "off", "web", false, "off")]
    [InlineData("deny_only", "allow", "web", true, "deny_only")]
    [InlineData("nonsense", "allow", "web", false, "off")]
    public void ChatPolicy_StrictestWord_Counts(string? reviewers, string? requested, string role, bool weak, string expected)
    {
        AccessRequest request = Asked([role], Requester("r", new RequestConditions { Roles = ["*"] }));
        RoleSet bob = User("bob", Reviewer("rev", new ReviewConditions { Roles = ["*"], Chat = reviewers }));
        RoleSet target = User("alice", Reviewer(role, new ReviewConditions { Chat = requested }));
        Assert.Equal(expected, ChatPolicy.Of(bob, target, request, weak));
    }

    private static Decision Say(AccessRequestState state) => new(state, "root", "why", new Dictionary<string, StringList>(), [], null);
}
