using Teleport.Abstractions.Plugins;

namespace Acme.Echo;

/// <summary>Names what this assembly provides.</summary>
public sealed class EchoPlugin : IPlugin
{
    public void Register(IPluginRegistration plugin) =>
        plugin.ProvideServiceRole<EchoOptions>("echo", "echo_service", enabledByDefault: false, static (options, _) => new EchoRole(options));
}
