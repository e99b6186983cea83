using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Auth.Audit;
using Teleport.Auth.Stores;

namespace Teleport.Auth.Kinds;

/// <summary>Roles through the API.</summary>
internal sealed class RoleKind(ResourceStore resources, RoleStore roles, AuditPipeline audit) : IResourceKind
{
    public string Kind => ResourceKinds.Role;

    public async ValueTask<Resource?> FindAsync(string name, CancellationToken cancellationToken) =>
        await resources.FindAsync<Role>(Kind, name, cancellationToken);

    public IAsyncEnumerable<Resource> ListAsync(CancellationToken cancellationToken) => resources.ListAsync(Kind, cancellationToken);

    public async ValueTask<Resource> WriteAsync(ResourceGrant grant, Resource resource, bool create, CancellationToken cancellationToken)
    {
        (Role stored, bool created) = await roles.WriteAsync((Role)resource, create, cancellationToken);
        string name = stored.Metadata.Name;
        await audit.EmitAsync(created
            ? new RoleCreatedEvent { User = grant.Caller.Name, RemoteAddress = grant.Caller.RemoteAddress, Name = name, Expires = stored.Metadata.Expires }
            : new RoleUpdatedEvent { User = grant.Caller.Name, RemoteAddress = grant.Caller.RemoteAddress, Name = name, Expires = stored.Metadata.Expires });
        return stored;
    }

    public async ValueTask DeleteAsync(ResourceGrant grant, string name, CancellationToken cancellationToken)
    {
        await roles.DeleteAsync(name, cancellationToken);
        await audit.EmitAsync(new RoleDeletedEvent { User = grant.Caller.Name, RemoteAddress = grant.Caller.RemoteAddress, Name = name });
    }

    public Resource WithoutSecrets(Resource resource) => resource;
}
