using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Api;
using Teleport.Api.Resources.V1;

namespace Teleport.Tctl;

/// <summary>Keeps somebody in the cluster who can give rights to others.</summary>
internal static class RoleEditors
{
    /// <summary>Refuses to delete the last users who may change roles.</summary>
    /// <exception cref="TeleportException">Code <c>conflict</c>.</exception>
    public static async Task RequireOneBesideAsync(AuthClient auth, IReadOnlyList<string> leaving, CancellationToken cancellationToken)
    {
        IReadOnlyList<ResourceDocument> roles = await ResourceCalls.ListAsync(auth, ResourceKinds.Role, withSecrets: false, cancellationToken);
        IReadOnlyList<ResourceDocument> users = await ResourceCalls.ListAsync(auth, ResourceKinds.User, withSecrets: false, cancellationToken);
        Check(
            [.. roles.Select(static document => (Role)ResourceJson.Deserialize(ResourceKinds.Role, document.Json.Span))],
            [.. users.Select(static document => (User)ResourceJson.Deserialize(ResourceKinds.User, document.Json.Span))],
            leaving);
    }

    internal static void Check(IReadOnlyList<Role> roles, IReadOnlyList<User> users, IReadOnlyList<string> leaving)
    {
        HashSet<string> editing = [.. roles.Where(MayEditRoles).Select(static role => role.Metadata.Name)];
        string[] editors = [.. users.Where(user => user.Spec.Roles.Any(editing.Contains)).Select(static user => user.Metadata.Name)];
        if (editors.Length > 0 && editors.All(leaving.Contains))
        {
            throw TeleportException.Conflict(
                $"{string.Join(", ", editors)} would be the last to leave who may change roles: nobody could give rights to anybody any more but on the auth server itself. " +
                "Give another user such a role first, or use --force.");
        }
    }

    private static bool MayEditRoles(Role role) => role.Spec.Allow.Rules?.Any(static rule =>
        rule.Resources.Any(static kind => kind is ResourceKinds.Role or "*") && rule.Verbs.Any(static verb => verb is "update" or "*")) == true;
}
