using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Plugins;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.AccessPlugins.Callbacks;
using Teleport.AccessPlugins.Cluster;
using Teleport.Agent;
using Teleport.Delivery;

namespace Teleport.AccessPlugins;

/// <summary>The service role <c>access</c>: joins, runs the access plugins, takes their callbacks from proxies.</summary>
internal sealed partial class AccessService(AccessOptions options, IServiceProvider services) : IServiceRole
{
    private readonly IRendezvous _rendezvous = services.GetRequiredService<IRendezvous>();
    private readonly ILoggerFactory _loggers = services.GetRequiredService<ILoggerFactory>();
    private readonly ILogger _logger = services.GetRequiredService<ILoggerFactory>().CreateLogger<AccessService>();
    private readonly TimeProvider _time = services.GetRequiredService<TimeProvider>();

    public async Task RunAsync(IServiceRoleContext context, CancellationToken abort)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.Draining, abort);
        try
        {
            await using JoinedService joined = await JoinedService.JoinAsync(
                new JoinOptions { Role = SystemRole.Access, WatchedKinds = [ResourceKinds.Proxy] }, services, stop.Token);
            await joined.Cluster.ReadyAsync(stop.Token);
            await ServeAsync(joined, context, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Told to stop. What was under way is taken up by the next start, or by another host.
        }
    }

    private async Task ServeAsync(JoinedService joined, IServiceRoleContext context, CancellationToken stop)
    {
        List<PluginInstance> instances = [.. options.Plugins.Select(plugin => Create(plugin, joined))];
        await using var callbacks = new CallbackServer(name => instances.FirstOrDefault(instance => instance.Name == name)?.Runner, _loggers);
        try
        {
            await callbacks.StartAsync(stop);
            _rendezvous.Publish(new AccessPluginStatusOffer(() => [.. instances.Select(static instance => instance.Status)]));
            _rendezvous.Publish(new AccessCallbackOffer(callbacks.ConnectAsync));
            await using var tunnels = new TunnelAgent(joined, (_, stream, ended) => callbacks.ServeAsync(stream, ended));
            context.ReportReady(Describe(instances));
            await Task.WhenAll(instances.Select(instance => instance.RunAsync(stop)));
            await Task.Delay(Timeout.Infinite, stop);
        }
        finally
        {
            foreach (PluginInstance instance in instances)
            {
                await instance.DisposeAsync();
            }
        }
    }

    // A plugin that cannot be made is named, and the others run.
    private PluginInstance Create(ConfiguredAccessPlugin plugin, JoinedService joined)
    {
        if (plugin.Create is null)
        {
            LogUnusable(plugin.Name, plugin.Failure ?? "");
            return new PluginInstance(plugin, null, null, plugin.Failure);
        }

        var identity = new PluginIdentity(joined, plugin.Name, _time);
        try
        {
            var runner = new PluginRunner(new PluginRunnerOptions
            {
                Plugin = plugin,
                Desk = new GrpcRequestDesk(identity),
                ClusterName = joined.ClusterName,
                HostId = joined.HostId,
                Proxy = () => ProxyAddress(joined),
                Reject = (reason, address) => Reject(joined, plugin.Name, reason, address),
                Services = services,
                Time = _time,
                Loggers = _loggers,
            });
            return new PluginInstance(plugin, runner, identity, null);
        }
        // The boundary to a plugin: one that throws when it is made must not stop the others.
        catch (Exception e)
        {
            string reason = e is OptionsException ? e.Message : $"It threw {e.GetType().Name} when it was made: {e.Message}";
            LogUnusable(plugin.Name, reason);
            return new PluginInstance(plugin, null, identity, reason);
        }
    }

    private void Reject(JoinedService joined, string plugin, string reason, string address)
    {
        LogRejected(plugin, reason, address);
        try
        {
            joined.Audit.Emit(new AccessPluginCallbackRejectedEvent { Plugin = plugin, Reason = reason, RemoteAddress = address });
        }
        catch (TeleportException e)
        {
            // The callback is refused all the same; that it is not on record is.
            LogNotRecorded(plugin, e.Message);
        }
    }

    private static Uri? ProxyAddress(JoinedService joined)
    {
        Server? proxy = joined.Cluster.Current.Proxies.Values.OrderBy(static p => p.Metadata.Name, StringComparer.Ordinal).FirstOrDefault();
        string? address = proxy?.Spec.PublicAddrs is [var first, ..] ? first : proxy?.Spec.Addr;
        return NetworkAddress.TryParse(address, out NetworkAddress? parsed) && Uri.TryCreate($"https://{parsed.ToHostPort()}/", UriKind.Absolute, out Uri? uri) ? uri : null;
    }

    private static string Describe(List<PluginInstance> instances) => instances.Count == 0
        ? "no access plugins are configured"
        : $"runs {string.Join(", ", instances.Select(static i => i.Name))}";

    [LoggerMessage(7040, LogLevel.Error, "The access plugin {Plugin} cannot be used: {Reason} The others are not affected.")]
    private partial void LogUnusable(string plugin, string reason);

    [LoggerMessage(7041, LogLevel.Warning, "A callback for {Plugin} is refused: {Reason} {Address}")]
    private partial void LogRejected(string plugin, string reason, string address);

    [LoggerMessage(7042, LogLevel.Warning, "A refused callback for {Plugin} is not on record: {Reason}")]
    private partial void LogNotRecorded(string plugin, string reason);
}
