using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;

namespace Teleport.Access.Requests;

/// <summary>What becomes of a request by a review, or by a decision without one. Pure: the caller stores the result by compare-and-swap, and asks again if that fails.</summary>
/// <remarks>
/// <code>
/// PENDING --a threshold has its denials-------------------------------> DENIED
/// PENDING --of every set of every role one threshold has its approvals-> APPROVED
/// </code>
/// Denials are looked at first: deny wins. Decided requests never change again.
/// </remarks>
public static class ReviewCount
{
    /// <summary>The request with one review more.</summary>
    /// <exception cref="TeleportException">Code <c>conflict</c>: it is decided already, or its author has reviewed it already.</exception>
    public static AccessRequest Add(ReviewGrant grant, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(grant);
        AccessRequest request = grant.Request;
        RequirePending(request);
        if (request.Spec.Reviews.Any(r => string.Equals(r.Author, grant.Review.Author, StringComparison.OrdinalIgnoreCase)))
        {
            throw TeleportException.Conflict($"user \"{grant.Review.Author}\" has already reviewed this request");
        }

        AccessReview review = grant.Review with { Created = now };
        AccessRequest next = request with { Spec = request.Spec with { Reviews = [.. request.Spec.Reviews, review] } };
        if (review.ProposedState == AccessRequestState.Approved && review.AssumeStartTime is { } start)
        {
            next = next with { Spec = next.Spec with { AssumeStartTime = start } };
        }

        IReadOnlyList<AccessReview> denials = [.. next.Spec.Reviews.Where(static r => r.ProposedState == AccessRequestState.Denied)];
        if (Indexes(next).Any(i => next.Spec.Thresholds[i].Deny > 0 && CountFor(denials, i) >= next.Spec.Thresholds[i].Deny))
        {
            return Settle(next, new Decision(AccessRequestState.Denied, review.Author, review.Reason, Sum(denials), [], null), now);
        }

        // Approvals of a part of the roles count for exactly that part.
        IReadOnlyList<AccessReview> approvals =
            [.. next.Spec.Reviews.Where(r => r.ProposedState == AccessRequestState.Approved && SameRoles(r.Roles, review.Roles))];
        return review.ProposedState == AccessRequestState.Approved && IsApproved(next, review.Roles, approvals)
            ? Settle(next, new Decision(AccessRequestState.Approved, review.Author, review.Reason, Sum(approvals), review.Roles, null), now)
            : next;
    }

    /// <summary>The request decided without reviews, by somebody who may write requests.</summary>
    /// <exception cref="TeleportException">Code <c>conflict</c>: it is decided already.</exception>
    public static AccessRequest Decide(AccessRequest request, Decision decision, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(decision);
        if (decision.State is not (AccessRequestState.Approved or AccessRequestState.Denied))
        {
            throw TeleportException.Invalid("A request is approved or denied, nothing else.");
        }

        RequirePending(request);
        RequestTexts.RequireReason(decision.Reason);
        RequestTexts.RequireAnnotations(decision.Annotations);
        RequireSubset(request, decision.State, decision.Roles);
        RequireStart(request, decision.AssumeStart);
        return Settle(request, decision, now);
    }

    /// <summary>Approvals and denials so far, each person once.</summary>
    public static (int Approvals, int Denials) Of(AccessRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return (
            request.Spec.Reviews.Count(static r => r.ProposedState == AccessRequestState.Approved),
            request.Spec.Reviews.Count(static r => r.ProposedState == AccessRequestState.Denied));
    }

    internal static void RequireSubset(AccessRequest request, AccessRequestState state, StringList roles)
    {
        if (roles.Count > 0 && state != AccessRequestState.Approved)
        {
            throw TeleportException.Invalid("A denial is for the whole request: leave the roles out.");
        }

        if (roles.FirstOrDefault(role => !request.Spec.Roles.Contains(role, StringComparer.Ordinal)) is { } other)
        {
            throw TeleportException.Invalid($"The role \"{other}\" was not asked for: approve roles among {string.Join(", ", request.Spec.Roles)}.");
        }
    }

    internal static void RequireStart(AccessRequest request, DateTimeOffset? start)
    {
        if (start is { } wished && wished >= request.Spec.Expires)
        {
            throw TeleportException.Invalid($"The start {wished:u} is not before the end of the access, {request.Spec.Expires:u}.");
        }
    }

    private static void RequirePending(AccessRequest request)
    {
        if (request.Spec.State != AccessRequestState.Pending)
        {
            throw TeleportException.Conflict($"access request \"{request.Metadata.Name}\" has been already {request.Spec.State.ToString().ToLowerInvariant()}");
        }
    }

    private static bool IsApproved(AccessRequest request, StringList part, IReadOnlyList<AccessReview> approvals)
    {
        IEnumerable<string> roles = part.Count > 0 ? part : request.Spec.Roles;
        return roles.All(role => request.Spec.RoleThresholds.TryGetValue(role, out IReadOnlyList<IReadOnlyList<int>>? sets) && sets.Count > 0
            && sets.All(set => set.Any(i => i >= 0 && i < request.Spec.Thresholds.Count
                && request.Spec.Thresholds[i].Approve > 0 && CountFor(approvals, i) >= request.Spec.Thresholds[i].Approve)));
    }

    private static IEnumerable<int> Indexes(AccessRequest request) => request.Spec.RoleThresholds.Values.SelectMany(static sets => sets).SelectMany(static set => set)
        .Distinct().Where(i => i >= 0 && i < request.Spec.Thresholds.Count);

    private static int CountFor(IReadOnlyList<AccessReview> reviews, int threshold) => reviews.Count(r => r.ThresholdIndexes.Contains(threshold));

    private static bool SameRoles(StringList a, StringList b) => a.ToHashSet(StringComparer.Ordinal).SetEquals(b);

    private static Dictionary<string, StringList> Sum(IEnumerable<AccessReview> reviews) => reviews
        .SelectMany(static r => r.Annotations)
        .GroupBy(static a => a.Key, StringComparer.Ordinal)
        .ToDictionary(static g => g.Key, static StringList (g) => [.. g.SelectMany(static a => a.Value).Distinct(StringComparer.Ordinal)], StringComparer.Ordinal);

    private static AccessRequest Settle(AccessRequest request, Decision decision, DateTimeOffset now) => request with
    {
        // Approved, it stays as long as the access; denied, as long as it would have waited.
        Metadata = request.Metadata with { Expires = decision.State == AccessRequestState.Approved ? request.Spec.Expires : request.Metadata.Expires },
        Spec = request.Spec with
        {
            State = decision.State,
            Roles = decision.Roles.Count > 0 ? decision.Roles : request.Spec.Roles,
            ResolveReason = string.IsNullOrEmpty(decision.Reason) ? null : decision.Reason,
            ResolvedBy = decision.By,
            Resolved = now,
            ResolveAnnotations = decision.Annotations,
            AssumeStartTime = decision.AssumeStart ?? request.Spec.AssumeStartTime,
        },
    };
}

/// <summary>How a request is decided.</summary>
/// <param name="State">Approved or denied.</param>
/// <param name="By">Who decided.</param>
/// <param name="Reason">Why; <c>null</c>: nobody said.</param>
/// <param name="Annotations">Put on the request.</param>
/// <param name="Roles">The only roles that are approved; empty: all.</param>
/// <param name="AssumeStart">When the access begins; <c>null</c>: as it stands.</param>
public sealed record Decision(
    AccessRequestState State,
    string By,
    string? Reason,
    IReadOnlyDictionary<string, StringList> Annotations,
    StringList Roles,
    DateTimeOffset? AssumeStart);
