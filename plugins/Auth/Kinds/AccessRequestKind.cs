using System.Runtime.CompilerServices;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Auth.Requests;
using Teleport.Auth.Stores;

namespace Teleport.Auth.Kinds;

/// <summary>Access requests as resources: to look at and to remove. They are made and decided by calls of their own.</summary>
internal sealed class AccessRequestKind(AccessRequestStore requests, RequestFlow flow) : IResourceKind
{
    public string Kind => ResourceKinds.AccessRequest;

    public async ValueTask<Resource?> FindAsync(string name, CancellationToken cancellationToken) => await requests.FindAsync(name, cancellationToken);

    public async IAsyncEnumerable<Resource> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (AccessRequest request in await requests.ListAsync(cancellationToken))
        {
            yield return request;
        }
    }

    public ValueTask<Resource> WriteAsync(ResourceGrant grant, Resource resource, bool create, CancellationToken cancellationToken) =>
        throw TeleportException.Invalid("Access requests are not written as resources. Make one by tctl requests create or tsh request create; decide by tctl requests approve or deny.");

    public async ValueTask DeleteAsync(ResourceGrant grant, string name, CancellationToken cancellationToken) =>
        await flow.DeleteAsync(grant.Caller, name, cancellationToken);

    public Resource WithoutSecrets(Resource resource) => resource;
}
