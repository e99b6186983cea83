namespace Teleport.Hosting.Configuration;

/// <summary>Keys of the oldest configurations, which are accepted in every section and do nothing.</summary>
internal static class LegacyKeys
{
    private static readonly Dictionary<string, string> Reasons = new(StringComparer.Ordinal)
    {
        ["seed_config"] = "has no effect: the resources of the cluster are kept by tctl",
        ["dynamic_config"] = "has no effect: the resources of the cluster are kept by tctl",
        ["keys"] = "has no effect: keys are made at the first start and kept in data_dir",
        ["identities"] = "has no effect: identities are issued when a service joins",
        ["authorities"] = "has no effect: authorities are made at the first start; see tctl auth export",
        ["reverse_tunnels"] = "has no effect: trusted clusters connect by themselves",
        ["trusted_clusters"] = "has no effect: create trusted_cluster resources by tctl",
        ["oidc_connectors"] = "has no effect: create oidc resources by tctl",
    };

    /// <summary>Why a key does nothing; <c>null</c>: it is none of them.</summary>
    public static string? ReasonOf(string key) => Reasons.GetValueOrDefault(key);
}
