using System.Globalization;
using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Resources;

namespace Teleport.Delivery.Requests;

/// <summary>Makes what plugins see of requests: small enough to be kept, whatever people wrote.</summary>
internal static class RequestViews
{
    private const int MaxItems = 50;
    private const int MaxItemLength = 256;
    private const int MaxReviews = 50;
    private const int MaxAnnotations = 32;

    public static AccessRequestView Of(AccessRequest request, IReadOnlyDictionary<string, string> names)
    {
        AccessRequestSpec spec = request.Spec;
        return new AccessRequestView
        {
            Id = request.Metadata.Name,
            User = Cut(spec.User),
            Roles = Few(spec.Roles),
            RoleCount = spec.Roles.Count,
            Resources = Few(spec.RequestedResourceIds.Select(id => DisplayName(id, names)).Order(StringComparer.Ordinal)),
            ResourceCount = spec.RequestedResourceIds.Count,
            Reason = Cut(spec.RequestReason, AccessRequest.MaxReasonLength),
            Created = spec.Created,
            AccessExpires = spec.Expires,
            AccessBegins = spec.AssumeStartTime,
            DecideBefore = spec.State == AccessRequestState.Pending ? request.Metadata.Expires : null,
            SuggestedReviewers = Few(spec.SuggestedReviewers),
            Annotations = spec.SystemAnnotations.Take(MaxAnnotations).ToDictionary(static a => a.Key, static a => Few(a.Value), StringComparer.Ordinal),
            Standing = spec.State switch
            {
                AccessRequestState.Approved => AccessRequestStanding.Approved,
                AccessRequestState.Denied => AccessRequestStanding.Denied,
                AccessRequestState.Promoted => AccessRequestStanding.Promoted,
                _ => AccessRequestStanding.Pending,
            },
            ResolveReason = Cut(spec.ResolveReason, AccessRequest.MaxReasonLength),
            Reviews = [.. spec.Reviews.Take(MaxReviews).Select(Of)],
        };
    }

    /// <summary>The last view of a request that is gone: one that waited for a decision will wait no more.</summary>
    public static AccessRequestView Gone(AccessRequestView last) =>
        last.IsDecided ? last : last with { Standing = AccessRequestStanding.Expired, DecideBefore = null };

    private static AccessReviewView Of(AccessReview review) => new()
    {
        Id = string.Create(CultureInfo.InvariantCulture, $"{Cut(review.Author)}@{review.Created.ToUnixTimeMilliseconds()}"),
        Author = Cut(review.Author),
        Approves = review.ProposedState == AccessRequestState.Approved,
        Reason = Cut(review.Reason, AccessRequest.MaxReasonLength),
        Created = review.Created,
        Via = review.Means switch
        {
            { Plugin: { Length: > 0 } plugin } => Cut(plugin),
            { Via: { Length: > 0 } via } => Cut(via),
            _ => "",
        },
    };

    private static string DisplayName(RequestedResource resource, IReadOnlyDictionary<string, string> names)
    {
        string name = names.GetValueOrDefault(resource.ToString()) is { Length: > 0 } known ? known : resource.Name;
        return Cut($"{resource.Kind} {name}{(resource.SubResource is null ? "" : $" {resource.SubResource}")} ({resource.Cluster})");
    }

    private static IReadOnlyList<string> Few(IEnumerable<string> texts) => [.. texts.Take(MaxItems).Select(static text => Cut(text))];

    private static string Cut(string? text, int max = MaxItemLength) => Messages.TextLimit.Cut(text ?? "", max);
}
