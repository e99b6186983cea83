using Teleport.Abstractions.AccessPlugins;

namespace Teleport.Delivery.Messages;

/// <summary>A request with every field, to try templates with.</summary>
internal static class SampleRequest
{
    public static AccessRequestView Of(AccessRequestStanding standing) => new()
    {
        Id = "00000000-0000-0000-0000-000000000001",
        User = "alice",
        Roles = ["dba"],
        RoleCount = 1,
        Resources = ["node db1 (example)"],
        ResourceCount = 1,
        Reason = "a reason",
        Created = DateTimeOffset.UnixEpoch,
        AccessExpires = DateTimeOffset.UnixEpoch.AddHours(8),
        AccessBegins = DateTimeOffset.UnixEpoch,
        DecideBefore = DateTimeOffset.UnixEpoch.AddHours(1),
        SuggestedReviewers = ["bob"],
        Standing = standing,
        ResolveReason = "another reason",
        Reviews = [new AccessReviewView { Id = "bob@0", Author = "bob", Approves = true, Reason = "fine", Created = DateTimeOffset.UnixEpoch, Via = "web" }],
    };
}
