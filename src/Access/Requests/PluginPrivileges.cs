using Teleport.Abstractions.Resources;

namespace Teleport.Access.Requests;

/// <summary>What an access plugin's user may hold at most, unless an administrator says why it holds more.</summary>
public static class PluginPrivileges
{
    private static readonly Dictionary<string, string[]> Needed = new(StringComparer.Ordinal)
    {
        [ResourceKinds.AccessRequest] = [Verbs.List, Verbs.Read, Verbs.ReadNoSecrets],
        [ResourceKinds.AccessPluginData] = [Verbs.Read, Verbs.Update],
        [ResourceKinds.AccessMonitoringRule] = [Verbs.List, Verbs.Read, Verbs.ReadNoSecrets],
        [ResourceKinds.User] = [Verbs.List, Verbs.Read, Verbs.ReadNoSecrets],
        [ResourceKinds.Role] = [Verbs.List, Verbs.Read, Verbs.ReadNoSecrets],
    };

    /// <summary>What the roles give beyond that, in words; empty: nothing.</summary>
    public static IReadOnlyList<string> Excess(RoleSet roles)
    {
        ArgumentNullException.ThrowIfNull(roles);
        return [.. roles.Roles.SelectMany(static r => Excess(r.Role)).Distinct(StringComparer.Ordinal)];
    }

    private static IEnumerable<string> Excess(Role role)
    {
        string name = role.Metadata.Name;
        RoleConditions allow = role.Spec.Allow;
        bool reaches = allow.Logins is { Count: > 0 } || allow.NodeLabels is { Count: > 0 } || allow.AppLabels is { Count: > 0 }
            || allow.KubernetesLabels is { Count: > 0 } || allow.DbLabels is { Count: > 0 } || allow.ClusterLabels is { Count: > 0 }
            || allow.KubernetesUsers is { Count: > 0 } || allow.KubernetesGroups is { Count: > 0 } || allow.DbNames is { Count: > 0 } || allow.DbUsers is { Count: > 0 };
        if (reaches)
        {
            yield return $"role {name}: reaches servers, applications or databases";
        }

        if (allow.Request is not null)
        {
            yield return $"role {name}: may make access requests";
        }

        if (allow.ReviewRequests is { Where: null or "" } review && (review.Roles is { Count: > 0 } || review.ClaimsToRoles is { Count: > 0 }))
        {
            yield return $"role {name}: reviews requests by itself without any where";
        }

        foreach (RoleRule rule in allow.Rules ?? [])
        {
            foreach (string kind in rule.Resources)
            {
                foreach (string verb in rule.Verbs.Where(verb => !Needed.GetValueOrDefault(kind, []).Contains(verb)))
                {
                    yield return $"role {name}: may {verb} {kind}";
                }
            }
        }
    }
}
