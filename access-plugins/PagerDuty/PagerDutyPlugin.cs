using Teleport.Abstractions.Plugins;

namespace Teleport.AccessPlugins.PagerDuty;

/// <summary>Provides the access plugin <c>pagerduty</c>.</summary>
public sealed class PagerDutyPlugin : IPlugin
{
    public void Register(IPluginRegistration plugin) =>
        plugin.ProvideAccessPlugin<PagerDutyOptions>("pagerduty", static (options, context) => new PagerDutyAccessPlugin(options, context));
}
