using Teleport.Hosting.Configuration;
using Teleport.Hosting.Plugins;

namespace Teleport.Host.Tests;

/// <summary>The files that our users have: each loads, or says precisely what it lacks.</summary>
public sealed class SeedFileTests
{
    private static readonly PluginCatalog Catalog = PluginCatalog.Discover(BuildFacts.Plugins);

    private static string Text(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Seed", name));

    private static InstanceConfiguration Load(string text) =>
        ConfigurationLoader.Load(new ConfigurationSource(text, "t.yaml"), new StartFlags(), Catalog, isThorough: true);

    private static IReadOnlyList<string> MistakesOf(string text) => Assert.Throws<ConfigurationException>(() => Load(text)).Mistakes;

    [Fact]
    public void DemoFile_LacksNothingButTheAppPlugin()
    {
        string mistake = Assert.Single(MistakesOf(Text("demo.yaml")));
        Assert.StartsWith(
            "t.yaml: line 14, column 1: app_service: is enabled, but no installed plugin provides the service role \"app\"", mistake, StringComparison.Ordinal);

        InstanceConfiguration configuration = Load(Text("demo.yaml").Replace("app_service:\n  enabled: true", "app_service:\n  enabled: false", StringComparison.Ordinal));

        Assert.Equal(["auth", "node", "proxy"], configuration.RoleNames.Order(StringComparer.Ordinal));
        Assert.Equal(Path.GetFullPath("./teleport"), configuration.Instance.DataDir);
        Assert.Equal("192.168.1.2", configuration.Instance.AdvertiseAddress!.Host);
    }

    [Fact]
    public void JoiningFile_LoadsWithAWarningAboutItsToken()
    {
        InstanceConfiguration configuration = Load(Text("joining.yaml"));

        Assert.Equal(["node"], configuration.RoleNames);
        Assert.Equal("f7adb7ccdf04037bcd2b52ec6010fd6f0caec94ba190b765", configuration.Instance.AuthToken!.Reveal());
        string warning = Assert.Single(configuration.Warnings);
        Assert.Contains("line 3, column 15: teleport.auth_token: starts with the roles", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void ReferenceFile_EveryPlaceholderAndEveryMissingPluginIsNamedAtOnce()
    {
        (string Key, string Message)[] expected =
        [
            ("teleport.storage.audit_events_uri", "provides the audit log \"dynamodb\""),
            ("teleport.storage.audit_events_uri", "provides the audit log \"firestore\""),
            ("teleport.storage.audit_sessions_uri", "provides the recording store \"s3\""),
            ("teleport.storage.continuous_backups", "expected yes or no (as \"continuous_backups: yes\"), got a list"),
            ("teleport.storage.auto_scaling", "expected yes or no"),
            ("teleport.storage.read_min_capacity", "expected a whole number, as 10, got \"int\""),
            ("teleport.storage.read_max_capacity", "expected a whole number"),
            ("teleport.storage.read_target_value", "expected a number, as 70 or 0.5, got \"float\""),
            ("teleport.storage.write_min_capacity", "expected a whole number"),
            ("teleport.storage.write_max_capacity", "expected a whole number"),
            ("teleport.storage.write_target_value", "expected a number"),
            ("proxy_service.kube_listen_addr", "is not supported yet"),
            ("proxy_service.kube_public_addr", "is not supported yet"),
            ("app_service", "no installed plugin provides the service role \"app\""),
            ("kubernetes_service", "no installed plugin provides the service role \"kube\""),
            ("kubernetes_service.listen_addr", "0.0.0.0:3026 is already the address of proxy_service.kube_listen_addr; give one of them another port; port 3027 is usual"),
            ("", "a list item (\"- \") cannot stand here; labels are keys with values, and those that a command computes belong under \"commands\""),
        ];

        List<string> mistakes = [.. MistakesOf(Text("reference.yaml"))];

        foreach ((string key, string message) in expected)
        {
            Assert.True(
                mistakes.RemoveAll(m => m.Contains(key, StringComparison.Ordinal) && m.Contains(message, StringComparison.Ordinal)) > 0,
                $"Nothing says \"{message}\" of {key}:\n{string.Join('\n', mistakes)}");
        }

        // Files that this host does not have.
        mistakes.RemoveAll(static m => m.Contains("https_keypairs[", StringComparison.Ordinal));
        Assert.Empty(mistakes);
    }

    [Fact]
    public void ReferenceFile_WithRealValuesForWhatIsInstalled_Loads()
    {
        string[] dropped = ["continuous_backups", "auto_scaling", "_capacity", "_target_value", "audit_sessions_uri", "kube_listen_addr", "kube_public_addr"];
        IEnumerable<string> lines = Text("reference.yaml").Split('\n')
            .TakeWhile(static line => line != "app_service:")
            .Where(line => !dropped.Any(key => line.Contains(key, StringComparison.Ordinal)))
            .Where(static line => !line.Contains("https_keypairs", StringComparison.Ordinal) && !line.Contains("_file: /", StringComparison.Ordinal))
            .Select(static line => line.Contains("audit_events_uri", StringComparison.Ordinal) ? "    audit_events_uri: [ 'file:///var/lib/teleport/log', 'stdout://' ]" : line);

        InstanceConfiguration configuration = Load(string.Join('\n', lines));

        Assert.Equal(["auth", "node", "proxy"], configuration.RoleNames.Order(StringComparer.Ordinal));
        Assert.Equal("graviton", configuration.Instance.Nodename);
        Assert.Equal(1000, configuration.Instance.ConnectionLimits.MaxConnections);
        Assert.Equal("rsa-sha2-512", configuration.Instance.CaSignatureAlgorithm);
        Assert.Equal(["stdout", "file"], configuration.Storage!.AuditSinks.Select(static uri => uri.Scheme).OrderDescending(StringComparer.Ordinal));
    }
}
