using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Storage;

namespace Teleport.Auth.Stores;

/// <summary>Users. Their roles exist at the moment of every write, and cannot be deleted meanwhile.</summary>
internal sealed class UserStore(ResourceStore resources, EditorRule editors)
{
    private const int MaxTries = 10;
    private const int MaxRoles = 100;

    public ValueTask<User?> FindAsync(string name, CancellationToken cancellationToken) =>
        resources.FindAsync<User>(ResourceKinds.User, name, cancellationToken);

    public async ValueTask<User> CreateAsync(User user, CancellationToken cancellationToken)
    {
        Validate(user);
        try
        {
            long revision = await resources.Backend.CommitAsync(
                new BackendCommit(
                    [BackendCondition.Missing(ResourceStore.KeyOf(user)), .. RolesExist(user)], [ResourceStore.Put(user), EditorRule.NextEpoch()]),
                cancellationToken);
            return ResourceStore.WithRevision(user, revision);
        }
        catch (BackendConflictException e)
        {
            throw e.Condition.Key == ResourceStore.KeyOf(user)
                ? TeleportException.Conflict($"user \"{user.Metadata.Name}\" already registered")
                : UnknownRole(user, e);
        }
    }

    /// <summary>Replaces a user, or creates one.</summary>
    /// <returns>The stored user and the one before; <c>null</c>: there was none.</returns>
    public async ValueTask<(User Stored, User? Before)> UpsertAsync(User user, CancellationToken cancellationToken)
    {
        Validate(user);
        for (int i = 0; ; i++)
        {
            BackendCondition epoch = await editors.EpochAsync(cancellationToken);
            User? before = await FindAsync(user.Metadata.Name, cancellationToken);
            await editors.RequireRemainingAsync(
                $"User \"{user.Metadata.Name}\" was not changed",
                other => other.Metadata.Name == user.Metadata.Name ? user : other, static _ => null, cancellationToken);
            // Who created the user is not for an editor to change.
            User written = user with { Spec = user.Spec with { CreatedBy = before?.Spec.CreatedBy ?? user.Spec.CreatedBy }, Status = before?.Status };
            try
            {
                long revision = await resources.Backend.CommitAsync(
                    new BackendCommit(
                        [.. ResourceStore.Precondition(user), epoch, .. RolesExist(user)], [ResourceStore.Put(written), EditorRule.NextEpoch()]),
                    cancellationToken);
                return (ResourceStore.WithRevision(written, revision), before);
            }
            catch (BackendConflictException e) when (e.Condition.Key == Keys.UsersEpoch && i < MaxTries)
            {
                // Another user was written in between: check the rule again.
            }
            catch (BackendConflictException e)
            {
                throw e.Condition.Key == ResourceStore.KeyOf(user)
                    ? ResourceStore.Changed(ResourceKinds.User, user.Metadata.Name)
                    : UnknownRole(user, e);
            }
        }
    }

    public async ValueTask DeleteAsync(string name, CancellationToken cancellationToken)
    {
        for (int i = 0; ; i++)
        {
            BackendCondition epoch = await editors.EpochAsync(cancellationToken);
            if (await FindAsync(name, cancellationToken) is not { } user)
            {
                throw ResourceStore.NotFound(ResourceKinds.User, name);
            }

            await editors.RequireRemainingAsync(
                $"User \"{name}\" was not deleted", other => other.Metadata.Name == name ? null : other, static _ => null, cancellationToken);
            BackendKey key = ResourceStore.KeyOf(user);
            try
            {
                await resources.Backend.CommitAsync(
                    new BackendCommit([epoch, BackendCondition.Exists(key)], [BackendOperation.Delete(key), EditorRule.NextEpoch()]), cancellationToken);
                return;
            }
            catch (BackendConflictException) when (i < MaxTries)
            {
                // Another user was written in between: check the rule again.
            }
        }
    }

    private static void Validate(User user)
    {
        user.Validate();
        if (user.Spec.Roles.Count > MaxRoles)
        {
            throw TeleportException.Limit($"User \"{user.Metadata.Name}\" has {user.Spec.Roles.Count} roles; the limit is {MaxRoles}.");
        }

        foreach (string role in user.Spec.Roles)
        {
            if (!ResourceMetadata.IsValidName(role))
            {
                throw TeleportException.Invalid($"spec.roles of user \"{user.Metadata.Name}\" has \"{role}\", which is no name of a role.");
            }
        }
    }

    private static IEnumerable<BackendCondition> RolesExist(User user) =>
        user.Spec.Roles.Distinct(StringComparer.Ordinal).Select(static role => BackendCondition.Exists(Keys.Resource(ResourceKinds.Role, role)));

    private static TeleportException UnknownRole(User user, BackendConflictException e) => TeleportException.Invalid(
        $"User \"{user.Metadata.Name}\" was not written: role \"{e.Condition.Key.Name}\" is not found. See tctl get roles.");
}
