using Teleport.Abstractions.Plugins;

namespace Teleport.AccessPlugins.Jira;

/// <summary>Provides the access plugin <c>jira</c>.</summary>
public sealed class JiraPlugin : IPlugin
{
    public void Register(IPluginRegistration plugin) =>
        plugin.ProvideAccessPlugin<JiraOptions>("jira", static (options, context) => new JiraAccessPlugin(options, context));
}
