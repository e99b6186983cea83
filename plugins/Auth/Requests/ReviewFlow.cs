using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Access;
using Teleport.Access.Requests;
using Teleport.Auth.Audit;
using Teleport.Auth.Stores;

namespace Teleport.Auth.Requests;

/// <summary>Takes reviews: are they the reviewer's right, what becomes of the request, one winner among those at the same moment.</summary>
internal sealed class ReviewFlow(AccessRequestStore requests, OwnRoles own, AuditPipeline audit, TimeProvider time)
{
    /// <summary>Records a review.</summary>
    /// <param name="caller">Who sends it in.</param>
    /// <param name="author">Whose review it is; whose rights count.</param>
    /// <param name="id">The request.</param>
    /// <param name="review">What it says, and by which means it came.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="TeleportException">Code <c>access_denied</c>, <c>conflict</c> or <c>not_found</c>.</exception>
    public async Task<AccessRequest> SubmitAsync(Caller caller, string author, string id, AccessReview review, CancellationToken cancellationToken)
    {
        RoleSet? reviewer = await own.FindAsync(author, cancellationToken);
        if (reviewer is null)
        {
            throw TeleportException.AccessDenied($"user \"{author}\" may not review this request: there is no such user.");
        }

        // Ids are random: who names one has seen it somewhere.
        AccessRequest present = await requests.RequireAsync(id, cancellationToken);
        AccessDecision<ReviewGrant> decision = ReviewRules.Check(caller, reviewer, present, review);
        if (!decision.IsAllowed)
        {
            await RefuseAsync(caller, author, present, review, string.Join("; ", decision.Explanation));
            throw TeleportException.AccessDenied(decision.Reason);
        }

        AccessRequest changed = await requests.ChangeAsync(
            id, now => ReviewCount.Add(ReviewRules.Check(caller, reviewer, now, review).Require(), time.GetUtcNow()), cancellationToken);
        await audit.EmitAsync(new AccessRequestReviewedEvent
        {
            Name = id,
            User = caller.Name,
            RemoteAddress = caller.RemoteAddress,
            Reviewer = author,
            ProposedState = RequestEvents.State(review.ProposedState),
            Requester = changed.Spec.User,
            Roles = changed.Spec.Roles,
            State = RequestEvents.State(changed),
            Reason = review.Reason,
            Annotations = review.Annotations.Count > 0 ? review.Annotations : null,
            SubmittedBy = review.SubmittedBy,
            Plugin = review.Means?.Plugin,
            PluginIdentity = review.Means?.ChatIdentity,
            Means = review.Means,
            Expires = changed.Metadata.Expires,
        });
        return changed;
    }

    /// <summary>Puts on record that a review was refused.</summary>
    public Task RefuseAsync(Caller caller, string? author, AccessRequest request, AccessReview review, string why) => audit.EmitAsync(new AccessReviewRefusedEvent
    {
        Name = request.Metadata.Name,
        User = caller.Name,
        RemoteAddress = caller.RemoteAddress,
        Reviewer = author,
        ProposedState = RequestEvents.State(review.ProposedState),
        Requester = request.Spec.User,
        Roles = request.Spec.Roles,
        State = RequestEvents.State(request),
        Plugin = review.Means?.Plugin,
        PluginIdentity = review.Means?.ChatIdentity,
        Error = why,
    });
}
