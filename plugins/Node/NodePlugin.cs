using Teleport.Abstractions.Plugins;

namespace Teleport.Node;

/// <summary>Provides the service role that serves SSH on a host.</summary>
public sealed class NodePlugin : IPlugin
{
    /// <inheritdoc/>
    public void Register(IPluginRegistration plugin)
    {
        ArgumentNullException.ThrowIfNull(plugin);
        plugin.ProvideServiceRole<NodeOptions>("node", "ssh_service", enabledByDefault: true, static (options, services) => new NodeService(options, services));
    }
}
