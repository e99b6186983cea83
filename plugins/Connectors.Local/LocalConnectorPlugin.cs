using Microsoft.Extensions.DependencyInjection;
using Teleport.Abstractions.Plugins;

namespace Teleport.Connectors.Local;

/// <summary>Provides logins of local users: a password, and codes of an authenticator app.</summary>
public sealed class LocalConnectorPlugin : IPlugin
{
    /// <inheritdoc/>
    public void Register(IPluginRegistration plugin)
    {
        ArgumentNullException.ThrowIfNull(plugin);
        plugin.ProvideConnector(
            LocalConnector.TypeName,
            static (context, services) => new LocalConnector(context, services.GetRequiredService<TimeProvider>(), PasswordCost.Default));
    }
}
