using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Access.Predicates;

namespace Teleport.Access.Requests;

/// <summary>Who may review a request. The reviewer's own roles count, none that a request gave.</summary>
public static class ReviewRules
{
    /// <summary>Whether a user may review a request so.</summary>
    /// <param name="caller">Who sends the review in: the reviewer, an administrator, or a plugin.</param>
    /// <param name="reviewer">The reviewer's own roles, as stored, looked up now.</param>
    /// <param name="request">The request.</param>
    /// <param name="review">The review; author and thresholds are set here.</param>
    /// <exception cref="TeleportException">Code <c>invalid</c>: it is no review.</exception>
    public static AccessDecision<ReviewGrant> Check(Caller caller, RoleSet reviewer, AccessRequest request, AccessReview review)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(reviewer);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(review);
        RequireSound(request, review);
        AccessReview authored = review with { Author = reviewer.Identity.UserName };
        var explanation = new List<string>();
        if (!MayReview(reviewer, request, authored, explanation))
        {
            return new AccessDecision<ReviewGrant>(
                null, $"user \"{reviewer.Identity.UserName}\" may not review this request. Ask an administrator for a role whose review_requests cover {string.Join(", ", request.Spec.Roles)}.", explanation);
        }

        Dictionary<string, IReadOnlyList<string>> variables = ReviewVariables.Of(reviewer.Identity, request, authored);
        int[] counted = [.. Enumerable.Range(0, request.Spec.Thresholds.Count).Where(i => Counts(request.Spec.Thresholds[i], variables))];
        explanation.Add(counted.Length == 0
            ? "no threshold counts this review"
            : $"thresholds that count it: {string.Join(", ", counted.Select(i => request.Spec.Thresholds[i].Name ?? $"#{i + 1}"))}");
        return new AccessDecision<ReviewGrant>(
            new ReviewGrant(caller, request, authored with { ThresholdIndexes = counted }), $"user \"{reviewer.Identity.UserName}\" may review this request", explanation);
    }

    /// <summary>Whether a user may review a request, whatever the review says; for lists.</summary>
    public static bool MayReview(RoleSet reviewer, AccessRequest request)
    {
        ArgumentNullException.ThrowIfNull(reviewer);
        ArgumentNullException.ThrowIfNull(request);
        return MayReview(reviewer, request, null, []);
    }

    /// <summary>Whether a plugin may send in reviews of a user.</summary>
    /// <param name="plugin">The roles of the plugin's user.</param>
    /// <param name="userName">The user whose review it is.</param>
    public static bool MaySubmitFor(RoleSet plugin, string userName)
    {
        ArgumentNullException.ThrowIfNull(plugin);
        return plugin.Roles.Any(r => r.Allow.Reviews.SubmitForUsers.Any(m => m.IsMatch(userName)))
            && !plugin.Roles.Any(r => r.Deny.Reviews.SubmitForUsers.Any(m => m.IsMatch(userName)));
    }

    private static bool MayReview(RoleSet reviewer, AccessRequest request, AccessReview? review, List<string> explanation)
    {
        // Ignoring case: names that differ by that alone may well be one person.
        if (string.Equals(reviewer.Identity.UserName, request.Spec.User, StringComparison.OrdinalIgnoreCase))
        {
            explanation.Add("nobody reviews their own request");
            return false;
        }

        Dictionary<string, IReadOnlyList<string>> variables = ReviewVariables.Of(reviewer.Identity, request, review);
        bool all = request.Spec.Roles.Count > 0;
        foreach (string role in request.Spec.Roles)
        {
            string[] denying = [.. reviewer.Roles.Where(r => r.Deny.Reviews.Covers(role, variables)).Select(static r => r.Name)];
            string[] allowing = [.. reviewer.Roles.Where(r => r.Allow.Reviews.Covers(role, variables)).Select(static r => r.Name)];
            all &= denying.Length == 0 && allowing.Length > 0;
            explanation.Add(
                denying.Length > 0 ? $"role {string.Join(", ", denying)}: denies reviews of {role}"
                : allowing.Length > 0 ? $"role {string.Join(", ", allowing)}: allows reviews of {role}"
                : reviewer.Roles.Any(r => r.Allow.Reviews.Covers(role)) ? $"{role}: the where of review_requests does not hold"
                : $"no role of {reviewer.Identity.UserName} allows reviews of {role}");
        }

        return all;
    }

    private static void RequireSound(AccessRequest request, AccessReview review)
    {
        if (review.ProposedState is not (AccessRequestState.Approved or AccessRequestState.Denied))
        {
            throw TeleportException.Invalid("A review approves or denies, nothing else.");
        }

        RequestTexts.RequireReason(review.Reason);
        RequestTexts.RequireAnnotations(review.Annotations);
        ReviewCount.RequireSubset(request, review.ProposedState, review.Roles);
        ReviewCount.RequireStart(request, review.AssumeStartTime);
    }

    private static bool Counts(AccessThreshold threshold, Dictionary<string, IReadOnlyList<string>> variables)
    {
        try
        {
            return threshold.Filter is not { Length: > 0 } filter || Predicate.Parse(filter).Evaluate(variables);
        }
        catch (FormatException)
        {
            // It was stored by another version; what is not understood counts nobody.
            return false;
        }
    }
}
