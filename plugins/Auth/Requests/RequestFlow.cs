using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Access;
using Teleport.Access.Requests;
using Teleport.Auth.Audit;
using Teleport.Auth.Stores;

namespace Teleport.Auth.Requests;

/// <summary>Makes requests and takes them away.</summary>
internal sealed class RequestFlow(AccessRequestStore requests, OwnRoles own, AuditPipeline audit, TimeProvider time)
{
    /// <summary>Asks for access for a user. That the caller may ask for this user was checked before.</summary>
    public async Task<AccessRequest> CreateAsync(Caller caller, string userName, RequestWish wish, bool dryRun, CancellationToken cancellationToken)
    {
        wish.Validate();
        RoleSet roles = await own.FindAsync(userName, cancellationToken) ?? throw ResourceStore.NotFound(ResourceKinds.User, userName);
        RequestDirectory directory = await own.DirectoryAsync(wish.Resources, cancellationToken);
        DateTimeOffset? sessionEnds = caller.User is { } self && self.UserName == userName ? self.Expires : null;
        AccessRequestGrant grant = RequestCreation.Check(caller, roles, wish, directory, sessionEnds, time.GetUtcNow()).Require();
        if (dryRun)
        {
            return grant.Request;
        }

        AccessRequest created = await requests.CreateAsync(grant, cancellationToken);
        await audit.EmitAsync(new AccessRequestCreatedEvent
        {
            Name = created.Metadata.Name,
            User = caller.Name,
            RemoteAddress = caller.RemoteAddress,
            Requester = userName,
            Roles = created.Spec.Roles,
            ResourceIds = RequestEvents.Resources(created),
            State = RequestEvents.State(created),
            Reason = created.Spec.RequestReason,
            Annotations = created.Spec.SystemAnnotations.Count > 0 ? created.Spec.SystemAnnotations : null,
            Expires = created.Metadata.Expires,
            AccessExpires = created.Spec.Expires,
        });
        return created;
    }

    /// <summary>Deletes a request; what lives by it ends.</summary>
    public async Task DeleteAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        AccessRequest request = await requests.RequireAsync(id, cancellationToken);
        while (!await requests.TryDeleteAsync(request, cancellationToken))
        {
            // It was reviewed in between: delete what is there now.
            request = await requests.RequireAsync(id, cancellationToken);
        }

        await audit.EmitAsync(new AccessRequestDeletedEvent
        {
            Name = id,
            User = caller.Name,
            RemoteAddress = caller.RemoteAddress,
            Requester = request.Spec.User,
            Roles = request.Spec.Roles,
            State = RequestEvents.State(request),
        });
    }

    /// <summary>Decides a request without reviews. That the caller may write requests was checked before.</summary>
    public async Task<AccessRequest> SetStateAsync(ResourceGrant grant, string id, Decision decision, string? delegator, CancellationToken cancellationToken)
    {
        Caller caller = grant.Caller;
        AccessRequest decided = await requests.ChangeAsync(
            id,
            present => string.Equals(present.Spec.User, caller.User?.UserName, StringComparison.OrdinalIgnoreCase)
                ? throw TeleportException.AccessDenied("Nobody decides their own request.")
                : ReviewCount.Decide(present, decision, time.GetUtcNow()),
            cancellationToken);
        await audit.EmitAsync(new AccessRequestUpdatedEvent
        {
            Name = id,
            User = caller.Name,
            RemoteAddress = caller.RemoteAddress,
            UpdatedBy = caller.Name,
            Delegator = delegator,
            Requester = decided.Spec.User,
            Roles = decided.Spec.Roles,
            State = RequestEvents.State(decided),
            Reason = decided.Spec.ResolveReason,
            Annotations = decision.Annotations.Count > 0 ? decision.Annotations : null,
            Expires = decided.Metadata.Expires,
        });
        return decided;
    }
}

/// <summary>How requests stand in events.</summary>
internal static class RequestEvents
{
    public static string State(AccessRequest request) => State(request.Spec.State);

    public static string State(AccessRequestState state) => state.ToString().ToUpperInvariant();

    public static IReadOnlyList<string>? Resources(AccessRequest request) =>
        request.Spec.RequestedResourceIds.Count > 0 ? [.. request.Spec.RequestedResourceIds.Select(static r => r.ToString())] : null;
}
