using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Access;
using Teleport.Access.Requests;
using Teleport.Api.Requests.V1;
using Teleport.Auth.Stores;

namespace Teleport.Auth.Requests;

/// <summary>Says why: may a user ask, may another review, what is missing.</summary>
internal sealed class RequestExplanation(OwnRoles own, AccessRequestStore requests, TimeProvider time)
{
    public async Task<IReadOnlyList<string>> ExplainAsync(Caller caller, ExplainRequest question, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        AccessRequest? request = question.Id.Length > 0 ? await requests.RequireAsync(question.Id, cancellationToken) : null;
        string user = request?.Spec.User ?? question.User;
        if (user.Length == 0 || (request is null && question.Roles.Count == 0))
        {
            throw TeleportException.Invalid("Name a request, or a user and roles.");
        }

        RoleSet requester = await own.FindAsync(user, cancellationToken) ?? throw ResourceStore.NotFound(ResourceKinds.User, user);
        var wish = new RequestWish
        {
            Roles = request is null ? [.. question.Roles] : request.Spec.RequestedResourceIds.Count > 0 ? [] : [.. request.Spec.Roles],
            Resources = request?.Spec.RequestedResourceIds ?? [],
            Reason = request?.Spec.RequestReason ?? "(any)",
        };
        RequestDirectory directory = await own.DirectoryAsync(wish.Resources, cancellationToken);
        AccessDecision<AccessRequestGrant> asked = RequestCreation.Check(caller, requester, wish, directory, sessionEnds: null, time.GetUtcNow());
        lines.Add($"As roles stand now: {asked.Reason}");
        lines.AddRange(asked.Explanation.Select(static l => "  " + l));
        AccessRequest? subject = request ?? asked.Grant?.Request;
        if (subject is null)
        {
            return lines;
        }

        AddState(lines, subject, isStored: request is not null);
        if (question.Reviewer.Length > 0)
        {
            RoleSet reviewer = await own.FindAsync(question.Reviewer, cancellationToken) ?? throw ResourceStore.NotFound(ResourceKinds.User, question.Reviewer);
            AccessDecision<ReviewGrant> review = ReviewRules.Check(caller, reviewer, subject, new AccessReview { ProposedState = AccessRequestState.Approved });
            lines.Add($"Review by {question.Reviewer}: {(review.IsAllowed ? "allowed" : "not allowed")}");
            lines.AddRange(review.Explanation.Select(static l => "  " + l));
            RoleSet requested = await own.RequestedAsync(subject, cancellationToken);
            lines.Add($"  by a click in chat: {ChatPolicy.Of(reviewer, requested, subject, weakChannel: false)}");
        }

        return lines;
    }

    private static void AddState(List<string> lines, AccessRequest request, bool isStored)
    {
        (int approvals, int denials) = ReviewCount.Of(request);
        if (isStored)
        {
            lines.Add($"State: {RequestEvents.State(request)}, {approvals} approvals, {denials} denials{(request.Spec.ResolvedBy is { } by ? $", decided by {by}" : "")}");
        }

        lines.Add($"Access would end at {request.Spec.Expires:u}; each certificate lives {(request.Spec.SessionTtl is { } ttl ? Durations.Format(ttl) : "as roles allow")} at most");
        foreach ((string role, IReadOnlyList<IReadOnlyList<int>> sets) in request.Spec.RoleThresholds)
        {
            string wanted = string.Join(" and ", sets.Select(set => string.Join(" or ", set.Select(i => Describe(request.Spec.Thresholds[i], request, i)))));
            lines.Add($"  {role} needs {wanted}");
        }
    }

    private static string Describe(AccessThreshold threshold, AccessRequest request, int index)
    {
        int approvals = request.Spec.Reviews.Count(r => r.ProposedState == AccessRequestState.Approved && r.ThresholdIndexes.Contains(index));
        string filter = threshold.Filter is { Length: > 0 } text ? $" where {text}" : "";
        return $"{threshold.Approve} approvals (has {approvals}; {threshold.Deny} denials refuse){filter}";
    }
}
