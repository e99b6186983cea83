using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Teleport.Abstractions.Plugins;

namespace Teleport.Testing.Clusters;

/// <summary>What a cluster for tests is made of.</summary>
public sealed record TestClusterOptions
{
    /// <summary>Plugins in this process, as <c>new MyPlugin()</c>. Together with those of <see cref="PluginsFolder"/> they must provide auth and what it stores in.</summary>
    public IReadOnlyList<IPlugin> Plugins { get; init; } = [];

    /// <summary>A folder of built plugins, each in a folder of its own, as a build of the host has it; <c>null</c>: none.</summary>
    public string? PluginsFolder { get; init; }

    /// <summary>The cluster's name.</summary>
    public string ClusterName { get; init; } = "test";

    /// <summary>Name of the node.</summary>
    public string NodeName { get; init; } = "node1";

    /// <summary>Services that run, as <c>--roles</c> names them.</summary>
    public IReadOnlyList<string> Roles { get; init; } = ["auth", "proxy", "node"];

    /// <summary>More sections of <c>teleport.yaml</c>, as for the service of one's own plugin. Those that the cluster writes itself must not stand here.</summary>
    public string Configuration { get; init; } = "";

    /// <summary>Where logs go.</summary>
    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;

    /// <summary>How long the cluster may take to be ready.</summary>
    public TimeSpan StartLimit { get; init; } = TimeSpan.FromMinutes(1);
}
