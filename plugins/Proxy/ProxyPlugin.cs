using Teleport.Abstractions.Plugins;
using Teleport.Proxy.Configuration;

namespace Teleport.Proxy;

/// <summary>Provides the service role <c>proxy</c>, which lets users and agents in.</summary>
public sealed class ProxyPlugin : IPlugin
{
    /// <inheritdoc/>
    public void Register(IPluginRegistration plugin)
    {
        ArgumentNullException.ThrowIfNull(plugin);
        plugin.ProvideServiceRole<ProxyOptions>(
            "proxy", "proxy_service", enabledByDefault: true, static (options, services) => new ProxyService(options, services));
    }
}
