namespace Teleport.Access.Templates;

/// <summary>Where templates take their values from.</summary>
internal sealed class TraitSource(IReadOnlyDictionary<string, IReadOnlyList<string>> traits)
{
    /// <summary>Traits of a local user that <c>internal.</c> may name; any other name is a mistake in the role.</summary>
    private static readonly HashSet<string> InternalNames =
    [
        "logins", "kubernetes_users", "kubernetes_groups", "db_users", "db_names", "db_roles", "windows_logins",
        "aws_role_arns", "azure_identities", "gcp_service_accounts", "host_user_uid", "host_user_gid", "github_orgs",
    ];

    public static bool IsInternalName(string name) => InternalNames.Contains(name);

    public IReadOnlyList<string> Find(string name) => traits.TryGetValue(name, out IReadOnlyList<string>? values) ? values : [];
}
