using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Auth.Audit;
using Teleport.Auth.Logins;
using Teleport.Auth.Stores;

namespace Teleport.Auth.Kinds;

/// <summary>Users through the API.</summary>
internal sealed class UserKind(
    ResourceStore resources, UserStore users, UserCredentials credentials, AuditPipeline audit, TimeProvider time) : IResourceKind
{
    public string Kind => ResourceKinds.User;

    public async ValueTask<Resource?> FindAsync(string name, CancellationToken cancellationToken) =>
        await users.FindAsync(name, cancellationToken) is { } user ? await credentials.WithStatusAsync(user, cancellationToken) : null;

    public async IAsyncEnumerable<Resource> ListAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (Resource user in resources.ListAsync(Kind, cancellationToken))
        {
            yield return await credentials.WithStatusAsync((User)user, cancellationToken);
        }
    }

    public async ValueTask<Resource> WriteAsync(ResourceGrant grant, Resource resource, bool create, CancellationToken cancellationToken)
    {
        Caller caller = grant.Caller;
        var user = (User)resource;
        user = user with
        {
            Status = null,
            Spec = user.Spec with { CreatedBy = new UserCreatedBy { Time = time.GetUtcNow(), User = caller.Name, Connector = "local" } },
        };
        (User stored, User? before) = create
            ? (await users.CreateAsync(user, cancellationToken), null)
            : await users.UpsertAsync(user, cancellationToken);
        await audit.EmitAsync(before is null
            ? new UserCreatedEvent { User = caller.Name, RemoteAddress = caller.RemoteAddress, Name = stored.Metadata.Name, Expires = stored.Metadata.Expires, Roles = stored.Spec.Roles }
            : new UserUpdatedEvent { User = caller.Name, RemoteAddress = caller.RemoteAddress, Name = stored.Metadata.Name, Expires = stored.Metadata.Expires, Roles = stored.Spec.Roles });
        return stored;
    }

    public async ValueTask DeleteAsync(ResourceGrant grant, string name, CancellationToken cancellationToken)
    {
        await users.DeleteAsync(name, cancellationToken);
        await credentials.RemoveAsync(name);
        await audit.EmitAsync(new UserDeletedEvent { User = grant.Caller.Name, RemoteAddress = grant.Caller.RemoteAddress, Name = name });
    }

    // Credentials are not in the resource at all.
    public Resource WithoutSecrets(Resource resource) => resource;
}
