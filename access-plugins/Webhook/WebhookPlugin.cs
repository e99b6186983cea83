using Teleport.Abstractions.Plugins;

namespace Teleport.AccessPlugins.Webhook;

/// <summary>Provides the access plugin <c>webhook</c>.</summary>
public sealed class WebhookPlugin : IPlugin
{
    public void Register(IPluginRegistration plugin) =>
        plugin.ProvideAccessPlugin<WebhookOptions>("webhook", static (options, context) => new WebhookAccessPlugin(options, context));
}
