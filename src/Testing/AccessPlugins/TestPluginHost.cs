using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Teleport.Abstractions.AccessPlugins;
using Teleport.Delivery;

namespace Teleport.Testing.AccessPlugins;

/// <summary>A host that runs one access plugin, in the process of a test. Disposing it is as sudden as killing it: what was under way stays as it is.</summary>
public sealed class TestPluginHost : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PluginRunner _runner;
    private readonly Task _run;

    private TestPluginHost(PluginRunner runner)
    {
        _runner = runner;
        _run = runner.RunAsync(_stop.Token);
    }

    /// <summary>How the plugin fares.</summary>
    public AccessPluginStatus Status => _runner.Status;

    /// <summary>Starts a host.</summary>
    /// <param name="desk">The cluster, maybe shared with other hosts.</param>
    /// <param name="name">The plugin's name.</param>
    /// <param name="options">Its options.</param>
    /// <param name="create">Makes it.</param>
    /// <param name="settings">What is out of the ordinary.</param>
    public static TestPluginHost Start<TOptions>(
        IRequestDesk desk, string name, TOptions options, Func<TOptions, IAccessPluginContext, IAccessPlugin> create, TestPluginHostSettings? settings = null)
        where TOptions : AccessPluginOptions => Start(
        desk, new ConfiguredAccessPlugin { Name = name, Type = name, Options = options, Create = context => create(options, context) }, settings);

    /// <summary>Starts a host of a plugin that a configuration named.</summary>
    /// <param name="desk">The cluster, maybe shared with other hosts.</param>
    /// <param name="plugin">The plugin.</param>
    /// <param name="settings">What is out of the ordinary.</param>
    public static TestPluginHost Start(IRequestDesk desk, ConfiguredAccessPlugin plugin, TestPluginHostSettings? settings)
    {
        settings ??= new TestPluginHostSettings();
        return new TestPluginHost(new PluginRunner(new PluginRunnerOptions
        {
            Plugin = plugin,
            Desk = desk,
            ClusterName = settings.ClusterName,
            HostId = settings.HostId,
            Proxy = () => settings.Proxy,
            Reject = (reason, _) => settings.Rejections.Enqueue(reason),
            Services = new NoServices(settings.Loggers),
            Time = settings.Time,
            Loggers = settings.Loggers,
            Environment = settings.Environment,
        }));
    }

    /// <summary>Hands over a callback, as a proxy does.</summary>
    public Task<CallbackAnswer> CallAsync(CallbackRequest request, CancellationToken cancellationToken) => _runner.HandleAsync(request, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        await _runner.DisposeAsync();
        _stop.Dispose();
    }

    private sealed class NoServices(ILoggerFactory loggers) : IServiceProvider
    {
        public object? GetService(Type serviceType) => serviceType == typeof(ILoggerFactory) ? loggers : null;
    }
}

/// <summary>What is out of the ordinary of a test host.</summary>
public sealed record TestPluginHostSettings
{
    /// <summary>The cluster's name.</summary>
    public string ClusterName { get; init; } = "example";

    /// <summary>The host's id; hosts of one plugin have different ones.</summary>
    public string HostId { get; init; } = "host-1";

    /// <summary>Where the web UI is; <c>null</c>: nobody knows.</summary>
    public Uri? Proxy { get; init; } = new("https://proxy.example.com/");

    /// <summary>Reasons of callbacks that were refused.</summary>
    public ConcurrentQueue<string> Rejections { get; } = new();

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Logging.</summary>
    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Environment variables.</summary>
    public Func<string, string?> Environment { get; init; } = static _ => null;
}
