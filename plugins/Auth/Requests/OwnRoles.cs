using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Access;
using Teleport.Access.Requests;
using Teleport.Auth.Stores;

namespace Teleport.Auth.Requests;

/// <summary>The roles that users have by themselves, now: not what a certificate says, and nothing that a request gave.</summary>
internal sealed class OwnRoles(UserStore users, RoleStore roles, ResourceStore resources, LoginClusterName cluster)
{
    /// <summary>The roles of a user; <c>null</c>: there is no such user.</summary>
    public async ValueTask<RoleSet?> FindAsync(string userName, CancellationToken cancellationToken) =>
        await users.FindAsync(userName, cancellationToken) is { } user
            ? await roles.ResolveAsync(Identities.Of(user, cluster.Name, DateTimeOffset.MaxValue), cancellationToken)
            : null;

    /// <summary>What rules of requests look up, with the nodes of these ids.</summary>
    public async ValueTask<RequestDirectory> DirectoryAsync(IReadOnlyList<RequestedResource> named, CancellationToken cancellationToken)
    {
        var nodes = new Dictionary<string, Server>(StringComparer.Ordinal);
        foreach (RequestedResource resource in named.Where(static r => r.Kind == ResourceKinds.Node))
        {
            if (await resources.FindAsync<Server>(ResourceKinds.Node, resource.Name, cancellationToken) is { } node)
            {
                nodes[resource.Name] = node;
            }
        }

        List<Role> all = await resources.ListAllAsync<Role>(ResourceKinds.Role, cancellationToken);
        return new RequestDirectory(cluster.Name, all.ToDictionary(static r => r.Metadata.Name, StringComparer.Ordinal), nodes.GetValueOrDefault);
    }

    /// <summary>The roles that a request asks for, for the traits of its requester.</summary>
    public async ValueTask<RoleSet> RequestedAsync(AccessRequest request, CancellationToken cancellationToken)
    {
        UserIdentity identity = await users.FindAsync(request.Spec.User, cancellationToken) is { } user
            ? Identities.Of(user, cluster.Name, DateTimeOffset.MaxValue)
            : new UserIdentity { UserName = request.Spec.User, ClusterName = cluster.Name, Expires = DateTimeOffset.MaxValue };
        return await roles.ResolveAsync(identity with { Roles = [.. request.Spec.Roles] }, cancellationToken);
    }
}

/// <summary>The cluster's name.</summary>
internal sealed record LoginClusterName(string Name);
