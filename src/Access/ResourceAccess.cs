using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;

namespace Teleport.Access;

/// <summary>Who may do what with resources: by rules of roles for users, by a table for services.</summary>
public static class ResourceAccess
{
    /// <summary>What everybody with a certificate may list and read; lists are filtered to what else the caller may see.</summary>
    private static readonly HashSet<string> Implicit =
    [
        ResourceKinds.Node, ResourceKinds.Proxy, ResourceKinds.AuthServer, ResourceKinds.CertAuthority,
        ResourceKinds.AuthPreference, ResourceKinds.ClusterName, ResourceKinds.NetworkingConfig, ResourceKinds.RecordingConfig,
    ];

    /// <summary>Whether a user may.</summary>
    /// <param name="caller">The user.</param>
    /// <param name="roles">The user's roles.</param>
    /// <param name="kind">Kind of resource.</param>
    /// <param name="verb">What is to be done.</param>
    /// <param name="name">The resource; <c>null</c>: any of the kind.</param>
    /// <param name="variables">Values for <c>where</c> predicates besides those of the user; <c>null</c>: none.</param>
    public static AccessDecision<ResourceGrant> Check(
        Caller caller,
        RoleSet roles,
        string kind,
        string verb,
        string? name = null,
        IReadOnlyDictionary<string, IReadOnlyList<string>>? variables = null)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(roles);
        var explanation = new List<string>();
        if (caller.User is null || !ReferenceEquals(caller.User, roles.Identity))
        {
            return Deny(caller, kind, verb, ["the caller is not the user whose roles were looked up"]);
        }

        Dictionary<string, IReadOnlyList<string>> values = Variables(roles.Identity, name, variables);
        bool allowed = Implicit.Contains(kind) && verb is Verbs.List or Verbs.ReadNoSecrets
            || Implicit.Contains(kind) && verb == Verbs.Read && kind != ResourceKinds.CertAuthority;
        if (allowed)
        {
            explanation.Add($"everybody may {verb} {kind}");
        }

        bool denied = false;
        foreach (ResolvedRole role in roles.Roles)
        {
            // In deny a predicate that fails to evaluate counts as true; evaluation cannot fail here, parsing was checked on resolve.
            if (role.Deny.Rules.Any(rule => rule.Covers(kind, verb) && rule.Where?.Evaluate(values) != false))
            {
                denied = true;
                explanation.Add($"role {role.Name}: denies {verb} on {kind}");
            }

            if (role.Allow.Rules.Any(rule => rule.Covers(kind, verb) && rule.Where?.Evaluate(values) != false))
            {
                allowed = true;
                explanation.Add($"role {role.Name}: allows {verb} on {kind}");
            }
        }

        return allowed && !denied
            ? new AccessDecision<ResourceGrant>(new ResourceGrant(caller, kind, verb, name), $"{caller.Name} may {verb} {kind}", explanation)
            : Deny(caller, kind, verb, explanation);
    }

    /// <summary>Whether a service may.</summary>
    public static AccessDecision<ResourceGrant> Check(Caller caller, string kind, string verb, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return caller.Host is { } host && SystemRoleAccess.Allows(host.Role, kind, verb)
            ? new AccessDecision<ResourceGrant>(
                new ResourceGrant(caller, kind, verb, name), $"{caller.Name} may {verb} {kind}", [$"services of role {host.Role} may {verb} {kind}"])
            : Deny(caller, kind, verb, [$"services of role {caller.Host?.Role} may not {verb} {kind}"]);
    }

    private static AccessDecision<ResourceGrant> Deny(Caller caller, string kind, string verb, IReadOnlyList<string> explanation) =>
        new(null, $"access denied to perform action \"{verb}\" on \"{kind}\". Ask an administrator for a role with that rule.", explanation);

    private static Dictionary<string, IReadOnlyList<string>> Variables(
        UserIdentity identity, string? name, IReadOnlyDictionary<string, IReadOnlyList<string>>? more)
    {
        var values = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal)
        {
            ["user.metadata.name"] = [identity.UserName],
            ["user.spec.roles"] = identity.Roles,
        };
        foreach ((string trait, IReadOnlyList<string> traitValues) in identity.Traits)
        {
            values[$"user.spec.traits.{trait}"] = traitValues;
        }

        if (name is not null)
        {
            values["resource.metadata.name"] = [name];
        }

        foreach ((string key, IReadOnlyList<string> value) in more ?? new Dictionary<string, IReadOnlyList<string>>())
        {
            values[key] = value;
        }

        return values;
    }
}
