using Teleport.Abstractions.Plugins;

namespace Teleport.AccessPlugins;

/// <summary>Provides the service role <c>access</c>.</summary>
public sealed class AccessServicePlugin : IPlugin
{
    public void Register(IPluginRegistration plugin) => plugin.ProvideServiceRole<AccessOptions>(
        "access", "access_service", enabledByDefault: false, static (options, services) => new AccessService(options, services));
}
