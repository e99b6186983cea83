using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Storage;
using Teleport.Access;
using Teleport.Api.Resources.V1;
using Teleport.Auth.Kinds;
using Teleport.Auth.Requests;
using Teleport.Auth.Stores;

namespace Teleport.Auth.Watching;

/// <summary>What one watcher has been told. Of nodes that a user may not see not even the end is told.</summary>
internal sealed class WatchView(RoleSet? roles)
{
    private readonly HashSet<BackendKey> _told = [];

    /// <summary>The user's roles; <c>null</c>: a service watches, which sees all of a kind.</summary>
    public RoleSet? Roles { get; set; } = roles;

    /// <summary>Whether the watcher knows of an earlier state that is not known here: then every end is told.</summary>
    public bool IsResumed { get; init; }

    /// <summary>What the watcher sees of access requests; <c>null</c>: none are watched.</summary>
    public RequestView? Requests { get; set; }

    /// <summary>What to tell of a change; <c>null</c>: nothing.</summary>
    public WatchEvent? Event(WatchChange change)
    {
        // The expiry of a heartbeat is not told, and neither is it when only that changes.
        Resource? resource = change.Item is { } item
            ? ReadOnlyKind.StripAuthority(ResourceStore.FromItem(change.Kind, item with { Expires = null }))
            : null;
        if (resource is AccessRequest request)
        {
            resource = Requests?.See(request);
        }

        if (resource is not null && Services.ResourceService.CanSee(Roles, resource))
        {
            if (Roles is not null || change.Kind == ResourceKinds.AccessRequest)
            {
                _told.Add(change.Key);
            }

            return new WatchEvent { Type = WatchEvent.Types.Type.Put, Revision = change.Revision, Resource = Services.ResourceService.Document(resource) };
        }

        bool known = _told.Remove(change.Key) || (Roles is null && (change.Kind != ResourceKinds.AccessRequest || IsResumed));
        return known
            ? new WatchEvent
            {
                Type = WatchEvent.Types.Type.Delete,
                Revision = change.Revision,
                Resource = new ResourceDocument { Kind = change.Kind, Name = change.Key.Name, Revision = change.Revision },
            }
            : null;
    }
}
