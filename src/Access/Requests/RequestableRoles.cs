using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;

namespace Teleport.Access.Requests;

/// <summary>Which roles may be asked for, by name or for single resources. Roles gained by requests open nothing: ask with the user's own.</summary>
internal static class RequestableRoles
{
    /// <summary>Whether a role may be asked for by name: one role allows it and none denies it.</summary>
    public static bool ByName(RoleSet own, string role) =>
        own.Roles.Any(r => r.Allow.Requests.Covers(role)) && !own.Roles.Any(r => r.Deny.Requests.Covers(role));

    /// <summary>Whether a role may be used to search, and be granted for the resources found.</summary>
    public static bool BySearch(RoleSet own, string role) =>
        own.Roles.Any(r => r.Allow.Requests.SearchesAs(role))
        && !own.Roles.Any(r => r.Deny.Requests.SearchesAs(role) || r.Deny.Requests.Covers(role));

    /// <summary>The roles to search with, for the user's traits.</summary>
    public static RoleSet SearchRoles(RoleSet own, RequestDirectory directory)
    {
        string[] names = [.. directory.Roles.Keys.Where(role => BySearch(own, role)).Order(StringComparer.Ordinal)];
        return RoleSet.Resolve(own.Identity with { Roles = names }, directory.Roles.GetValueOrDefault);
    }

    /// <summary>Names of the search roles that reach a node, if nothing that the user holds denies it.</summary>
    public static IReadOnlyList<string> Reaching(RoleSet own, RoleSet search, Server node)
    {
        IReadOnlyDictionary<string, string> labels = node.AllLabels();
        return own.Roles.Concat(search.Roles).Any(r => r.Deny.NodeLabels.IsMatch(labels))
            ? []
            : [.. search.Roles.Where(r => r.Allow.NodeLabels.IsMatch(labels)).Select(static r => r.Name)];
    }
}

/// <summary>What a user may ask for and review.</summary>
public static class RequestCapabilities
{
    /// <summary>Roles that exist, may be asked for by name, and are not held; sorted.</summary>
    public static IReadOnlyList<string> Requestable(RoleSet own, RequestDirectory directory)
    {
        ArgumentNullException.ThrowIfNull(own);
        ArgumentNullException.ThrowIfNull(directory);
        return
        [
            .. directory.Roles.Keys.Where(role => !own.Identity.Roles.Contains(role, StringComparer.Ordinal) && RequestableRoles.ByName(own, role))
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>Whether a node could be asked for: not reached now, but by a search role.</summary>
    public static bool CanRequest(RoleSet own, RequestDirectory directory, Server node)
    {
        ArgumentNullException.ThrowIfNull(own);
        return !NodeAccess.CanSee(own, node) && RequestableRoles.Reaching(own, RequestableRoles.SearchRoles(own, directory), node).Count > 0;
    }

    /// <summary>Reviewers that the user's roles propose; sorted.</summary>
    public static IReadOnlyList<string> SuggestedReviewers(RoleSet own)
    {
        ArgumentNullException.ThrowIfNull(own);
        return [.. own.Roles.SelectMany(static r => r.Allow.Requests.Source.SuggestedReviewers ?? []).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    /// <summary>Whether every request of the user needs a reason, and what is asked.</summary>
    public static (bool Required, string? Prompt) Reason(RoleSet own)
    {
        ArgumentNullException.ThrowIfNull(own);
        IEnumerable<ResolvedRole> roles = own.Roles.OrderBy(static r => r.Name, StringComparer.Ordinal);
        return (
            own.Roles.Any(static r => r.Options.RequestAccess == "reason" || r.Allow.Requests.Source.Reason?.Mode == "required"),
            roles.Select(static r => r.Options.RequestPrompt ?? r.Allow.Requests.Source.Reason?.Prompt).FirstOrDefault(static p => !string.IsNullOrEmpty(p)));
    }

    /// <summary>Whether a login asks for everything requestable.</summary>
    public static bool AtLogin(RoleSet own)
    {
        ArgumentNullException.ThrowIfNull(own);
        return own.Roles.Any(static r => r.Options.RequestAccess is "always" or "reason");
    }

    /// <summary>Whether single resources may be asked for.</summary>
    public static bool CanSearch(RoleSet own)
    {
        ArgumentNullException.ThrowIfNull(own);
        return own.Roles.Any(static r => r.Allow.Requests.SearchAsRoles.Count > 0);
    }

    /// <summary>Whether there is anything that the user may review.</summary>
    public static bool CanReview(RoleSet own)
    {
        ArgumentNullException.ThrowIfNull(own);
        return own.Roles.Any(static r => r.Allow.Reviews.Roles.Count > 0);
    }

    /// <summary>Longest access that a role gives by request; <c>null</c>: no role says.</summary>
    public static TimeSpan? LongestAccess(RoleSet own)
    {
        ArgumentNullException.ThrowIfNull(own);
        return own.Roles.Select(static r => r.Allow.Requests.Source.MaxDuration is { } text ? Durations.Parse(text, "max_duration") : null).Max();
    }

    /// <summary>The roles with which names of requested resources are looked up for a reviewer: own ones and <c>preview_as_roles</c>.</summary>
    public static RoleSet PreviewRoles(RoleSet own, RequestDirectory directory)
    {
        ArgumentNullException.ThrowIfNull(own);
        ArgumentNullException.ThrowIfNull(directory);
        UserIdentity identity = own.Identity;
        string[] names = [.. identity.Roles.Concat(own.Roles.SelectMany(static r => r.Allow.Reviews.Source.PreviewAsRoles ?? [])).Distinct(StringComparer.Ordinal)];
        return RoleSet.Resolve(identity with { Roles = names, AllowedResources = [] }, directory.Roles.GetValueOrDefault);
    }
}
