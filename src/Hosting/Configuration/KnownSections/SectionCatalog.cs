namespace Teleport.Hosting.Configuration.KnownSections;

/// <summary>Sections that the configuration file may hold although no installed plugin has them.</summary>
/// <param name="Name">The key.</param>
/// <param name="Role">The service role that it configures; <c>null</c>: this version has no such service at all.</param>
/// <param name="EnabledByDefault">Whether the service runs when the section is there without <c>enabled</c>.</param>
/// <param name="Options">What its keys are; <c>null</c>: only the plugin knows.</param>
internal sealed record KnownSection(string Name, string? Role, bool EnabledByDefault = false, Type? Options = null);

/// <summary>All of them.</summary>
internal static class SectionCatalog
{
    public static readonly KnownSection[] All =
    [
        new("auth_service", "auth", EnabledByDefault: true),
        new("ssh_service", "node", EnabledByDefault: true),
        new("proxy_service", "proxy", EnabledByDefault: true),
        new("app_service", "app", Options: typeof(AppSection)),
        new("db_service", "db", Options: typeof(DatabaseSection)),
        new("access_service", "access"),
        new("kubernetes_service", "kube", Options: typeof(KubernetesSection)),
        new("metrics_service", null),
        new("tracing_service", null),
        new("discovery_service", null),
        new("okta_service", null),
        new("jamf_service", null),
        new("relay_service", null),
        new("windows_desktop_service", null),
    ];

    public static KnownSection? Find(string name) => All.FirstOrDefault(section => section.Name == name);

    public static KnownSection? OfRole(string role) => All.FirstOrDefault(section => section.Role == role);
}
