using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Abstractions.Storage;
using Teleport.Access;

namespace Teleport.Auth.Stores;

/// <summary>Roles, read anew for each decision: what was taken away is gone at once, at every auth server.</summary>
internal sealed class RoleStore(ResourceStore resources, EditorRule editors)
{
    private const int MaxTries = 10;

    /// <summary>The roles of an identity as they are now.</summary>
    public async ValueTask<RoleSet> ResolveAsync(UserIdentity identity, CancellationToken cancellationToken)
    {
        var roles = new Dictionary<string, Role>(StringComparer.Ordinal);
        foreach (string name in identity.Roles.Distinct(StringComparer.Ordinal))
        {
            if (await resources.FindAsync<Role>(ResourceKinds.Role, name, cancellationToken) is { } role)
            {
                roles.Add(name, role);
            }
        }

        return RoleSet.Resolve(identity, roles.GetValueOrDefault);
    }

    /// <summary>Creates or replaces a role, unless that leaves nobody who can edit roles.</summary>
    public async ValueTask<(Role Stored, bool Created)> WriteAsync(Role role, bool create, CancellationToken cancellationToken)
    {
        RoleValidation.Validate(role);
        if (create)
        {
            return (await resources.CreateAsync(role, cancellationToken), true);
        }

        for (int i = 0; ; i++)
        {
            BackendCondition epoch = await editors.EpochAsync(cancellationToken);
            Role? before = await resources.FindAsync<Role>(ResourceKinds.Role, role.Metadata.Name, cancellationToken);
            if (before is not null)
            {
                await editors.RequireRemainingAsync(
                    $"Role \"{role.Metadata.Name}\" was not changed", user => user, name => name == role.Metadata.Name ? role : null, cancellationToken);
            }

            try
            {
                long revision = await resources.Backend.CommitAsync(
                    new BackendCommit([.. ResourceStore.Precondition(role), epoch], [ResourceStore.Put(role)]), cancellationToken);
                return (ResourceStore.WithRevision(role, revision), before is null);
            }
            catch (BackendConflictException e) when (e.Condition.Key == Keys.UsersEpoch && i < MaxTries)
            {
                // A user was written in between: look again.
            }
            catch (BackendConflictException)
            {
                throw ResourceStore.Changed(ResourceKinds.Role, role.Metadata.Name);
            }
        }
    }

    /// <summary>Deletes a role that no user has.</summary>
    public async ValueTask DeleteAsync(string name, CancellationToken cancellationToken)
    {
        for (int i = 0; ; i++)
        {
            BackendCondition epoch = await editors.EpochAsync(cancellationToken);
            if (await resources.FindAsync<Role>(ResourceKinds.Role, name, cancellationToken) is null)
            {
                throw ResourceStore.NotFound(ResourceKinds.Role, name);
            }

            List<User> users = await resources.ListAllAsync<User>(ResourceKinds.User, cancellationToken);
            string[] holders = [.. users.Where(u => u.Spec.Roles.Contains(name, StringComparer.Ordinal)).Select(static u => u.Metadata.Name).Take(5)];
            if (holders.Length > 0)
            {
                throw TeleportException.Conflict(
                    $"Role \"{name}\" is in use by {string.Join(", ", holders)}. Take it from all users first: tctl users update NAME --set-roles=...");
            }

            try
            {
                BackendKey key = Keys.Resource(ResourceKinds.Role, name);
                await resources.Backend.CommitAsync(
                    new BackendCommit([epoch, BackendCondition.Exists(key)], [BackendOperation.Delete(key)]), cancellationToken);
                return;
            }
            catch (BackendConflictException) when (i < MaxTries)
            {
                // A user was written in between, perhaps with this role: look again.
            }
        }
    }
}
