using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;

namespace Teleport.Access.Requests;

/// <summary>What predicates of reviews, thresholds and monitoring rules can speak of.</summary>
internal static class ReviewVariables
{
    public static Dictionary<string, IReadOnlyList<string>> Of(UserIdentity reviewer, AccessRequest request, AccessReview? review)
    {
        var values = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal)
        {
            ["reviewer.roles"] = reviewer.Roles,
            ["request.roles"] = request.Spec.Roles,
            // Always one value, so that equals(request.reason, "") says whether there is one.
            ["request.reason"] = [request.Spec.RequestReason ?? ""],
            ["review.reason"] = [review?.Reason ?? ""],
        };
        Add(values, "reviewer.traits.", reviewer.Traits);
        Add(values, "request.system_annotations.", request.Spec.SystemAnnotations);
        Add(values, "review.annotations.", review?.Annotations ?? new Dictionary<string, StringList>());
        return values;
    }

    public static Dictionary<string, IReadOnlyList<string>> OfRequest(AccessRequest request, IReadOnlyDictionary<string, IReadOnlyList<string>> userTraits)
    {
        AccessRequestSpec spec = request.Spec;
        var values = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal)
        {
            ["access_request.spec.roles"] = spec.Roles,
            ["access_request.spec.suggested_reviewers"] = spec.SuggestedReviewers,
            ["access_request.spec.user"] = [spec.User],
            ["access_request.spec.request_reason"] = [spec.RequestReason ?? ""],
            ["access_request.spec.creation_time"] = [spec.Created.ToString("O")],
            ["access_request.spec.expiry"] = [spec.Expires.ToString("O")],
        };
        Add(values, "access_request.spec.system_annotations.", spec.SystemAnnotations);
        Add(values, "user.traits.", userTraits);
        return values;
    }

    private static void Add<T>(Dictionary<string, IReadOnlyList<string>> values, string prefix, IReadOnlyDictionary<string, T> more)
        where T : IReadOnlyList<string>
    {
        foreach ((string key, T list) in more)
        {
            values[prefix + key] = list;
        }
    }
}
