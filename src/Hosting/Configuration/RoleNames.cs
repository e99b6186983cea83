namespace Teleport.Hosting.Configuration;

/// <summary>Names of services as people write them.</summary>
internal static class RoleNames
{
    private static readonly Dictionary<string, string> Aliases = new(StringComparer.OrdinalIgnoreCase)
    {
        ["ssh"] = "node",
        ["database"] = "db",
        ["kubernetes"] = "kube",
        ["application"] = "app",
        ["trustedcluster"] = "trusted_cluster",
    };

    private static readonly HashSet<string> InTokens =
        new(StringComparer.OrdinalIgnoreCase) { "auth", "proxy", "node", "app", "db", "kube", "trusted_cluster", "access" };

    /// <summary>The name that an alias, in any case, stands for.</summary>
    public static string Canonical(string name) => Aliases.TryGetValue(name.Trim(), out string? canonical) ? canonical : name.Trim().ToLowerInvariant();

    /// <summary>Whether a text is a list of roles, as it stands before the colon of a static token.</summary>
    public static bool IsRoleList(string text) =>
        text.Length > 0 && text.Split(',').All(static name => InTokens.Contains(Canonical(name)));
}
