using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Access.Requests;
using Teleport.Auth.Audit;
using Teleport.Auth.Stores;

namespace Teleport.Auth.Kinds;

/// <summary>Resources that administrators write about access plugins: what the cluster lets a plugin do, and who is told of which requests.</summary>
internal sealed class PluginKind(ResourceStore resources, AuditPipeline audit, string kind) : IResourceKind
{
    public string Kind => kind;

    public async ValueTask<Resource?> FindAsync(string name, CancellationToken cancellationToken) =>
        await resources.FindAsync<Resource>(kind, name, cancellationToken);

    public IAsyncEnumerable<Resource> ListAsync(CancellationToken cancellationToken) => resources.ListAsync(kind, cancellationToken);

    public async ValueTask<Resource> WriteAsync(ResourceGrant grant, Resource resource, bool create, CancellationToken cancellationToken)
    {
        if (resource is AccessMonitoringRule rule)
        {
            MonitoringConditions.Validate(rule);
        }
        else
        {
            resource.Validate();
        }

        Resource stored = create
            ? await resources.CreateAsync(resource, cancellationToken)
            : await resources.UpsertAsync(resource, cancellationToken);
        await audit.EmitAsync(Event(grant, stored.Metadata.Name) with { Expires = stored.Metadata.Expires });
        return stored;
    }

    public async ValueTask DeleteAsync(ResourceGrant grant, string name, CancellationToken cancellationToken)
    {
        await resources.DeleteAsync(kind, name, cancellationToken);
        await audit.EmitAsync(Event(grant, name) with { IsDeleted = true });
    }

    public Resource WithoutSecrets(Resource resource) => resource;

    private AccessPluginResourceEvent Event(ResourceGrant grant, string name) =>
        new() { Kind = kind, Name = name, User = grant.Caller.Name, RemoteAddress = grant.Caller.RemoteAddress };
}
