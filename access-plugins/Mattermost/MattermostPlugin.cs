using Teleport.Abstractions.Plugins;

namespace Teleport.AccessPlugins.Mattermost;

/// <summary>Provides the access plugin <c>mattermost</c>.</summary>
public sealed class MattermostPlugin : IPlugin
{
    public void Register(IPluginRegistration plugin) =>
        plugin.ProvideAccessPlugin<MattermostOptions>("mattermost", static (options, context) => new MattermostAccessPlugin(options, context));
}
