using Teleport.Abstractions.AccessPlugins;
using Teleport.AccessPlugins.Cluster;
using Teleport.Delivery;

namespace Teleport.AccessPlugins;

/// <summary>A configured plugin and what runs for it; one that cannot be used is here too, to be named.</summary>
internal sealed class PluginInstance(ConfiguredAccessPlugin plugin, PluginRunner? runner, PluginIdentity? identity, string? failure) : IAsyncDisposable
{
    public string Name => plugin.Name;

    public PluginRunner? Runner => runner;

    public AccessPluginStatus Status => runner?.Status
        ?? new AccessPluginStatus { Name = plugin.Name, Type = plugin.Type, State = AccessPluginState.Failing, Detail = failure };

    public Task RunAsync(CancellationToken cancellationToken) => runner?.RunAsync(cancellationToken) ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (runner is not null)
        {
            await runner.DisposeAsync();
        }

        if (identity is not null)
        {
            await identity.DisposeAsync();
        }
    }
}
