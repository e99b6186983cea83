using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Plugins;

namespace Teleport.Storage.Sqlite;

/// <summary>Provides the backend for a cluster with one auth server: a file in the data folder.</summary>
public sealed class SqlitePlugin : IPlugin
{
    /// <inheritdoc/>
    public void Register(IPluginRegistration plugin) =>
        plugin.ProvideBackend<SqliteOptions>("sqlite", ["dir"], static async (options, services, cancellationToken) =>
            await SqliteBackend.OpenAsync(
                options.PathOrDefault(services.GetRequiredService<InstanceOptions>().DataDir),
                options,
                services.GetRequiredService<TimeProvider>(),
                services.GetRequiredService<ILoggerFactory>().CreateLogger<SqliteBackend>(),
                cancellationToken));
}
