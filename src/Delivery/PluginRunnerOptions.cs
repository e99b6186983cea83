using Microsoft.Extensions.Logging;
using Teleport.Abstractions.AccessPlugins;

namespace Teleport.Delivery;

/// <summary>What running an access plugin takes.</summary>
public sealed record PluginRunnerOptions
{
    /// <summary>The plugin, as configured.</summary>
    public required ConfiguredAccessPlugin Plugin { get; init; }

    /// <summary>The cluster, in the plugin's name.</summary>
    public required IRequestDesk Desk { get; init; }

    /// <summary>The cluster's name.</summary>
    public required string ClusterName { get; init; }

    /// <summary>The same for each start of this host, and no other host's: it takes up at once what it left.</summary>
    public required string HostId { get; init; }

    /// <summary>Where the web UI is; <c>null</c>: no proxy is known.</summary>
    public required Func<Uri?> Proxy { get; init; }

    /// <summary>Puts on record that a callback was refused: the reason, and where it came from.</summary>
    public required Action<string, string> Reject { get; init; }

    /// <summary>What the plugin is promised.</summary>
    public required IServiceProvider Services { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Logging.</summary>
    public required ILoggerFactory Loggers { get; init; }

    /// <summary>What sends HTTP requests; <c>null</c>: the network.</summary>
    public Func<HttpMessageHandler>? Transport { get; init; }

    /// <summary>Reads environment variables.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;
}
