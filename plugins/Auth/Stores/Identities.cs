using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;

namespace Teleport.Auth.Stores;

/// <summary>The identity that a stored user has before any certificate exists.</summary>
internal static class Identities
{
    public static UserIdentity Of(User user, string clusterName, DateTimeOffset expires) => new()
    {
        UserName = user.Metadata.Name,
        ClusterName = clusterName,
        Roles = [.. user.Spec.Roles],
        Traits = user.Spec.Traits.ToDictionary(static t => t.Key, static t => (IReadOnlyList<string>)[.. t.Value]),
        Expires = expires,
    };
}
