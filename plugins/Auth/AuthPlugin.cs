using Teleport.Abstractions.Plugins;
using Teleport.Auth.Options;

namespace Teleport.Auth;

/// <summary>Provides the auth service: authorities, users, roles, tokens, logins, the audit log.</summary>
public sealed class AuthPlugin : IPlugin
{
    /// <inheritdoc/>
    public void Register(IPluginRegistration plugin)
    {
        ArgumentNullException.ThrowIfNull(plugin);
        plugin.ProvideServiceRole<AuthOptions>("auth", "auth_service", enabledByDefault: true, static (options, services) => new AuthServiceRole(options, services));
    }
}
