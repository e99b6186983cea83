using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Abstractions.Storage;
using Teleport.Access;

namespace Teleport.Auth.Stores;

/// <summary>The rule that somebody can still edit roles after a change, so that nobody locks everybody out by mistake.</summary>
/// <remarks>It holds over all users and roles: changes commit on the condition that no user was written since the rule was checked.</remarks>
internal sealed class EditorRule(ResourceStore resources)
{
    /// <summary>Holds as long as no user is written.</summary>
    public async ValueTask<BackendCondition> EpochAsync(CancellationToken cancellationToken) =>
        await resources.Backend.GetAsync(Keys.UsersEpoch, cancellationToken) is { } item
            ? BackendCondition.Unchanged(item)
            : BackendCondition.Missing(Keys.UsersEpoch);

    /// <summary>What every write of a user does besides, so that conditions on the epoch fail.</summary>
    public static BackendOperation NextEpoch() => BackendOperation.Put(Keys.UsersEpoch, Guid.NewGuid().ToByteArray());

    /// <exception cref="TeleportException">Code <c>conflict</c>: somebody can edit roles now, and nobody could after the change.</exception>
    /// <param name="what">Begins the error, as <c>User "alice" was not deleted</c>.</param>
    /// <param name="after">What becomes of a user; <c>null</c>: deleted.</param>
    /// <param name="replacedRole">Roles that are changed.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async ValueTask RequireRemainingAsync(
        string what, Func<User, User?> after, Func<string, Role?> replacedRole, CancellationToken cancellationToken)
    {
        List<User> users = await resources.ListAllAsync<User>(ResourceKinds.User, cancellationToken);
        Dictionary<string, Role> roles = (await resources.ListAllAsync<Role>(ResourceKinds.Role, cancellationToken))
            .ToDictionary(static r => r.Metadata.Name, StringComparer.Ordinal);
        bool before = users.Any(u => CanEdit(u, roles.GetValueOrDefault));
        bool remains = users.Any(u => after(u) is { } changed && CanEdit(changed, n => replacedRole(n) ?? roles.GetValueOrDefault(n)));
        if (before && !remains)
        {
            throw TeleportException.Conflict(
                $"{what}: no user could edit roles any more. First give another user a role that may update roles, as editor.");
        }
    }

    private static bool CanEdit(User user, Func<string, Role?> findRole)
    {
        UserIdentity identity = Identities.Of(user, clusterName: "", DateTimeOffset.MaxValue);
        RoleSet roles = RoleSet.Resolve(identity, findRole);
        return ResourceAccess.Check(Caller.Of(identity), roles, ResourceKinds.Role, Verbs.Update).IsAllowed;
    }
}
