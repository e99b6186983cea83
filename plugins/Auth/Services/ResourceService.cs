using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Access;
using Teleport.Api.Resources.V1;
using Teleport.Auth.Kinds;
using Teleport.Auth.Serving;
using Teleport.Auth.Stores;
using Teleport.Auth.Watching;

namespace Teleport.Auth.Services;

/// <summary>Resources of every kind. Whether a resource exists is said only to those who may see it.</summary>
internal sealed class ResourceService(ResourceCatalogue catalogue, Guard guard, WatchFeed feed, TimeProvider time) : Api.Resources.V1.ResourceService.ResourceServiceBase
{
    public override async Task<ResourceDocument> Get(GetRequest request, ServerCallContext context)
    {
        IResourceKind kind = catalogue.Get(request.Kind);
        ResourceGrant grant = await RequireReadAsync(context, kind, request.WithSecrets, Verbs.ReadNoSecrets, request.Name);
        RequireNoService(grant, kind);
        RoleSet? roles = await guard.RolesOfAsync(grant.Caller, context.CancellationToken);
        Resource? found = await kind.FindAsync(request.Name, context.CancellationToken);
        return found is not null && CanSee(roles, found)
            ? Document(request.WithSecrets ? found : kind.WithoutSecrets(found))
            : throw ResourceStore.NotFound(kind.Kind, kind.Kind == ResourceKinds.Token ? TokenStore.Mask(request.Name) : request.Name);
    }

    public override async Task List(ListRequest request, IServerStreamWriter<ResourceDocument> responseStream, ServerCallContext context)
    {
        IResourceKind kind = catalogue.Get(request.Kind);
        ResourceGrant grant = await RequireReadAsync(context, kind, request.WithSecrets, Verbs.List, null);
        RequireNoService(grant, kind);
        RoleSet? roles = await guard.RolesOfAsync(grant.Caller, context.CancellationToken);
        await foreach (Resource resource in kind.ListAsync(context.CancellationToken))
        {
            if (CanSee(roles, resource))
            {
                await responseStream.WriteAsync(Document(request.WithSecrets ? resource : kind.WithoutSecrets(resource)), context.CancellationToken);
            }
        }
    }

    public override async Task<ResourceDocument> Create(WriteRequest request, ServerCallContext context)
    {
        IResourceKind kind = catalogue.Get(request.Kind);
        ResourceGrant grant = await guard.RequireAsync(context, kind.Kind, Verbs.Create);
        return Document(kind.WithoutSecrets(await kind.WriteAsync(grant, Parse(request), create: true, context.CancellationToken)));
    }

    public override async Task<ResourceDocument> Upsert(WriteRequest request, ServerCallContext context)
    {
        IResourceKind kind = catalogue.Get(request.Kind);
        // Which of the two it becomes is known too late, so both are needed.
        await guard.RequireAsync(context, kind.Kind, Verbs.Create);
        Resource resource = Parse(request);
        ResourceGrant grant = await guard.RequireAsync(context, kind.Kind, Verbs.Update, resource.Metadata.Name);
        return Document(kind.WithoutSecrets(await kind.WriteAsync(grant, resource, create: false, context.CancellationToken)));
    }

    public override async Task<DeleteResponse> Delete(DeleteRequest request, ServerCallContext context)
    {
        IResourceKind kind = catalogue.Get(request.Kind);
        ResourceGrant grant = await guard.RequireAsync(context, kind.Kind, Verbs.Delete, request.Name);
        await kind.DeleteAsync(grant, request.Name, context.CancellationToken);
        return new DeleteResponse();
    }

    public override Task Watch(WatchRequest request, IServerStreamWriter<WatchEvent> responseStream, ServerCallContext context) =>
        feed.ServeAsync(request, responseStream, context);

    internal static ResourceDocument Document(Resource resource) => new()
    {
        Kind = resource.Kind,
        Name = resource.Metadata.Name,
        Json = UnsafeByteOperations.UnsafeWrap(ResourceJson.Serialize(resource)),
        Revision = resource.Metadata.Revision is { } revision ? long.Parse(revision, NumberStyles.None, CultureInfo.InvariantCulture) : 0,
    };

    /// <summary>Nodes are seen by those whose roles match their labels; all else by whoever may list it.</summary>
    internal static bool CanSee(RoleSet? roles, Resource resource) =>
        roles is null || resource is not Server { Kind: ResourceKinds.Node } node || NodeAccess.CanSee(roles, node);

    /// <summary>Services hear of access requests by the watch alone, which leaves out what is none of their business.</summary>
    private static void RequireNoService(ResourceGrant grant, IResourceKind kind)
    {
        if (kind.Kind == ResourceKinds.AccessRequest && grant.Caller.Host is { Role: not SystemRole.Admin })
        {
            throw TeleportException.AccessDenied("Services watch access requests; they do not list them.");
        }
    }

    private async ValueTask<ResourceGrant> RequireReadAsync(ServerCallContext context, IResourceKind kind, bool withSecrets, string verb, string? name)
    {
        ResourceGrant grant = await guard.RequireAsync(context, kind.Kind, verb, name);
        if (!withSecrets)
        {
            return grant;
        }

        grant = await guard.RequireAsync(context, kind.Kind, Verbs.Read, name);
        if (kind.Kind == ResourceKinds.CertAuthority && grant.Caller.Host?.Role != SystemRole.Admin)
        {
            await guard.DenyAsync(grant.Caller, kind.Kind, Verbs.Read);
            throw TeleportException.AccessDenied("Private keys of authorities are shown to the administrator on the auth server's own host only.");
        }

        return grant;
    }

    private Resource Parse(WriteRequest request)
    {
        Resource resource;
        try
        {
            resource = ResourceJson.Deserialize(request.Kind, request.Json.Span);
        }
        catch (JsonException e)
        {
            throw TeleportException.Invalid($"The {request.Kind} cannot be read: {e.Message}");
        }

        if (resource.Kind != request.Kind)
        {
            throw TeleportException.Invalid($"kind is \"{resource.Kind}\", but a {request.Kind} was to be written.");
        }

        if (resource.Metadata.Labels?.Keys.FirstOrDefault(static k => k.StartsWith("teleport.internal/", StringComparison.Ordinal)) is { } reserved)
        {
            throw TeleportException.Invalid($"metadata.labels has \"{reserved}\": labels that begin with teleport.internal/ are the system's own.");
        }

        return resource.Metadata.Expires is { } expires && expires <= time.GetUtcNow()
            ? throw TeleportException.Invalid($"metadata.expires is {expires:u}, which is over already.")
            : resource;
    }
}
