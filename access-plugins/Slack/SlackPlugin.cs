using Teleport.Abstractions.Plugins;

namespace Teleport.AccessPlugins.Slack;

/// <summary>Provides the access plugin <c>slack</c>.</summary>
public sealed class SlackPlugin : IPlugin
{
    public void Register(IPluginRegistration plugin) =>
        plugin.ProvideAccessPlugin<SlackOptions>("slack", static (options, context) => new SlackAccessPlugin(options, context));
}
