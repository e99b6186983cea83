using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Access.Templates;

namespace Teleport.Access;

/// <summary>The roles of an identity, looked up and with templates expanded from its traits. Immutable.</summary>
public sealed class RoleSet
{
    private RoleSet(UserIdentity identity, IReadOnlyList<ResolvedRole> roles, IReadOnlyList<string> unknown) =>
        (Identity, Roles, UnknownRoles) = (identity, roles, unknown);

    /// <summary>Whose roles they are.</summary>
    public UserIdentity Identity { get; }

    /// <summary>Names of roles that the identity holds and nobody knows, or whose text is wrong: they grant nothing.</summary>
    public IReadOnlyList<string> UnknownRoles { get; }

    internal IReadOnlyList<ResolvedRole> Roles { get; }

    /// <summary>Looks up the roles that an identity holds.</summary>
    /// <param name="identity">The identity.</param>
    /// <param name="findRole">Finds a role by name; <c>null</c>: there is none.</param>
    public static RoleSet Resolve(UserIdentity identity, Func<string, Role?> findRole)
    {
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentNullException.ThrowIfNull(findRole);
        var traits = new TraitSource(identity.Traits);
        var roles = new List<ResolvedRole>();
        var unknown = new List<string>();
        foreach (string name in identity.Roles.Distinct(StringComparer.Ordinal))
        {
            if (findRole(name) is not { } role)
            {
                unknown.Add(name);
                continue;
            }

            roles.Add(ResolvedRole.Create(role, traits));
        }

        return new RoleSet(identity, roles, unknown);
    }
}
