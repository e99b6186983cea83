using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;

namespace Teleport.Access;

/// <summary>Who may see a node, and log in to it by which login.</summary>
/// <remarks>Denied if any role's deny half matches the labels or the login; else allowed if one role's allow half matches both. Deny wins.</remarks>
public static class NodeAccess
{
    /// <summary>Whether a user may log in.</summary>
    /// <param name="caller">The user; a host may never log in.</param>
    /// <param name="roles">The user's roles.</param>
    /// <param name="node">The node with its present labels.</param>
    /// <param name="login">The login, byte for byte.</param>
    /// <param name="preference">The cluster's settings for logins.</param>
    /// <param name="networking">The cluster's settings for connections.</param>
    public static AccessDecision<NodeGrant> Check(
        Caller caller, RoleSet roles, Server node, string login, AuthPreferenceSpec preference, NetworkingConfigSpec networking)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(roles);
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(login);
        var explanation = new List<string>();
        NodeGrant? grant = null;
        if (caller.User is null || !ReferenceEquals(caller.User, roles.Identity))
        {
            explanation.Add("the caller is not the user whose roles were looked up");
        }
        else if (Evaluate(roles, node, login, explanation))
        {
            grant = new NodeGrant(caller, node, login, Permissions.Of(roles, preference, networking));
        }

        string reason = grant is not null
            ? $"{caller.Name} may log in to {node.Spec.Hostname} as {login}"
            : $"access denied to {login} connecting to {node.Spec.Hostname} on cluster {roles.Identity.ClusterName}. {WhatNow(roles, node, login)}";
        return new AccessDecision<NodeGrant>(grant, reason, explanation);
    }

    /// <summary>Whether a user may know of a node: by its labels alone.</summary>
    public static bool CanSee(RoleSet roles, Server node)
    {
        ArgumentNullException.ThrowIfNull(roles);
        ArgumentNullException.ThrowIfNull(node);
        IReadOnlyDictionary<string, string> labels = node.AllLabels();
        return IsAmongAllowed(roles.Identity, node) && !roles.Roles.Any(role => role.Deny.NodeLabels.IsMatch(labels)) && roles.Roles.Any(role => role.Allow.NodeLabels.IsMatch(labels));
    }

    /// <summary>Whether a user may be connected to a node, by a proxy that does not know the login: whoever may know of it may.</summary>
    /// <param name="caller">The user; a host may not.</param>
    /// <param name="roles">The user's roles.</param>
    /// <param name="node">The node with its present labels.</param>
    /// <param name="preference">The cluster's settings for logins.</param>
    /// <param name="networking">The cluster's settings for connections.</param>
    public static AccessDecision<NodeRouteGrant> CheckRoute(
        Caller caller, RoleSet roles, Server node, AuthPreferenceSpec preference, NetworkingConfigSpec networking)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(roles);
        ArgumentNullException.ThrowIfNull(node);
        bool sameUser = caller.User is not null && ReferenceEquals(caller.User, roles.Identity);
        NodeRouteGrant? grant = sameUser && CanSee(roles, node)
            ? new NodeRouteGrant(caller, node, Permissions.Of(roles, preference, networking))
            : null;
        string reason = grant is not null
            ? $"the roles of {caller.Name} cover {node.Spec.Hostname}"
            : $"none of the roles of {caller.Name} covers {node.Spec.Hostname}";
        return new AccessDecision<NodeRouteGrant>(grant, reason, [reason]);
    }

    private static bool Evaluate(RoleSet roles, Server node, string login, List<string> explanation)
    {
        // Internal principals stand in certificates of users without any login and are no logins.
        if (login.Length == 0 || login[0] == '-')
        {
            explanation.Add($"\"{login}\" is no login");
            return false;
        }

        if (!IsAmongAllowed(roles.Identity, node))
        {
            explanation.Add("the certificate is for other resources only, by an access request");
            return false;
        }

        IReadOnlyDictionary<string, string> labels = node.AllLabels();
        bool denied = false;
        bool allowed = false;
        explanation.AddRange(roles.UnknownRoles.Select(static name => $"role {name}: does not exist and grants nothing"));
        foreach (ResolvedRole role in roles.Roles)
        {
            bool denyLabels = role.Deny.NodeLabels.IsMatch(labels);
            bool denyLogin = role.Deny.AnyLogin || role.Deny.Logins.Contains(login);
            bool allowLabels = role.Allow.NodeLabels.IsMatch(labels);
            bool allowLogin = role.Allow.Logins.Contains(login);
            denied |= denyLabels || denyLogin;
            allowed |= allowLabels && allowLogin;
            explanation.Add((denyLabels, denyLogin, allowLabels, allowLogin) switch
            {
                (true, _, _, _) => $"role {role.Name}: denies nodes with these labels",
                (_, true, _, _) => $"role {role.Name}: denies the login {login}",
                (_, _, true, true) => $"role {role.Name}: allows the login {login} on nodes with these labels",
                (_, _, true, false) => $"role {role.Name}: covers the node, but not the login {login}",
                (_, _, false, true) => $"role {role.Name}: has the login {login}, but does not cover the node's labels",
                _ => $"role {role.Name}: covers neither the node nor the login {login}",
            });
        }

        return allowed && !denied;
    }

    /// <summary>A certificate by a request for single resources reaches nothing else.</summary>
    private static bool IsAmongAllowed(UserIdentity identity, Server node) =>
        identity.AllowedResources.Count == 0
        || identity.AllowedResources.Contains(
            new RequestedResource { Cluster = identity.ClusterName, Kind = ResourceKinds.Node, Name = node.Metadata.Name }.ToString(), StringComparer.Ordinal);

    private static string WhatNow(RoleSet roles, Server node, string login)
    {
        string held = roles.Identity.Roles.Count == 0 ? "no roles" : $"the roles {string.Join(", ", roles.Identity.Roles)}";
        IReadOnlyList<string> logins = Logins.AllowedBy(roles);
        if (!CanSee(roles, node))
        {
            return IsAmongAllowed(roles.Identity, node)
                ? $"None of your roles covers this node: you hold {held}."
                : $"Your certificate is for {string.Join(", ", roles.Identity.AllowedResources)} only. Go back to all of your access: tsh request drop.";
        }

        string allowed = logins.Count == 0 ? "which allow no login" : $"which allow the logins {string.Join(", ", logins)}";
        return $"The login {login} is not among those that your roles allow here: you hold {held}, {allowed}. " +
               "Ask an administrator to add it with: tctl users update NAME --set-logins=...";
    }
}
