using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Access;
using Teleport.Access.Requests;
using Teleport.Auth.Serving;

namespace Teleport.Auth.Requests;

/// <summary>Who sees which requests: users own ones, those they may review, and all by the verb list; services approved ones, without texts.</summary>
internal sealed class RequestViews(OwnRoles own, Guard guard)
{
    /// <summary>The view that a caller has now. It does not change with roles: take it anew.</summary>
    public async ValueTask<RequestView> OfAsync(Caller caller, CancellationToken cancellationToken)
    {
        if (caller.User is not { } user)
        {
            return new RequestView(caller, SeesAll: caller.Host!.Role is SystemRole.Admin or SystemRole.Auth, Own: null);
        }

        RoleSet? held = await guard.RolesOfAsync(caller, cancellationToken);
        bool all = Guard.Check(caller, held, ResourceKinds.AccessRequest, Verbs.List).IsAllowed;
        return new RequestView(caller, all, await own.FindAsync(user.UserName, cancellationToken));
    }
}

/// <summary>What a caller sees of requests.</summary>
/// <param name="Caller">Who looks.</param>
/// <param name="SeesAll">Whether all are seen.</param>
/// <param name="Own">The user's own roles; <c>null</c>: the caller is a service, or a user who is gone.</param>
internal sealed record RequestView(Caller Caller, bool SeesAll, RoleSet? Own)
{
    /// <summary>The request as the caller sees it; <c>null</c>: not at all.</summary>
    public AccessRequest? See(AccessRequest request)
    {
        if (Caller.Host is { } host && host.Role is not (SystemRole.Admin or SystemRole.Auth))
        {
            return request.Spec.State == AccessRequestState.Approved ? WithoutTexts(request) : null;
        }

        return SeesAll || IsMine(request) || (Own is not null && ReviewRules.MayReview(Own, request)) ? request : null;
    }

    public bool IsMine(AccessRequest request) => string.Equals(request.Spec.User, Caller.User?.UserName, StringComparison.Ordinal);

    /// <summary>Whether the caller may review it now and has not.</summary>
    public bool CanReview(AccessRequest request) =>
        request.Spec.State == AccessRequestState.Pending
        && Own is not null
        && ReviewRules.MayReview(Own, request)
        && !request.Spec.Reviews.Any(r => string.Equals(r.Author, Own.Identity.UserName, StringComparison.OrdinalIgnoreCase));

    // What a server needs to end sessions: who, what, how long. Why is nobody's business there.
    private static AccessRequest WithoutTexts(AccessRequest request) => new()
    {
        Metadata = new ResourceMetadata { Name = request.Metadata.Name, Revision = request.Metadata.Revision, Expires = request.Metadata.Expires },
        Spec = new AccessRequestSpec
        {
            User = request.Spec.User,
            Roles = request.Spec.Roles,
            RequestedResourceIds = request.Spec.RequestedResourceIds,
            State = request.Spec.State,
            Created = request.Spec.Created,
            Expires = request.Spec.Expires,
            AssumeStartTime = request.Spec.AssumeStartTime,
        },
    };
}
