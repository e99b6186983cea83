using Teleport.Abstractions.Plugins;
using Teleport.Hosting.Configuration;
using Teleport.Hosting.Plugins;

namespace Teleport.Hosting.Tests.Configuration;

/// <summary>Loads configurations of tests.</summary>
internal static class Loading
{
    public static InstanceConfiguration Load(string yaml, StartFlags? flags = null, params IPlugin[] plugins) =>
        ConfigurationLoader.Load(
            new ConfigurationSource(yaml, "t.yaml"),
            flags ?? new StartFlags(),
            PluginCatalog.Discover(null, plugins.Length > 0 ? plugins : [TestPlugin.Good("node", "ssh_service"), TestPlugin.Good("proxy", "proxy_service")]));

    public static IReadOnlyList<string> MistakesOf(string yaml, StartFlags? flags = null, params IPlugin[] plugins) =>
        Assert.Throws<ConfigurationException>(() => Load(yaml, flags, plugins)).Mistakes;

    public static TestOptions OptionsOf(string yaml, StartFlags? flags = null) =>
        (TestOptions)Load(yaml, flags).Roles.First(static r => r.Name == "node").Options!;
}
