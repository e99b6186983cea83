using Teleport.Abstractions.Plugins;

namespace Teleport.AccessPlugins.Email;

/// <summary>Provides the access plugin <c>email</c>.</summary>
public sealed class EmailPlugin : IPlugin
{
    public void Register(IPluginRegistration plugin) =>
        plugin.ProvideAccessPlugin<EmailOptions>("email", static (options, context) => new EmailAccessPlugin(options, context));
}
