using System.Diagnostics.Metrics;

namespace Teleport.Node;

/// <summary>What <c>/metrics</c> shows of the node.</summary>
internal static class NodeMetrics
{
    private static readonly Meter Meter = new("Teleport.Node");

    /// <summary>Authenticated connections that are open.</summary>
    public static UpDownCounter<long> Connections { get; } = Meter.CreateUpDownCounter<long>("teleport.node.connections", description: "Authenticated SSH connections");

    /// <summary>Programs that run.</summary>
    public static UpDownCounter<long> Sessions { get; } = Meter.CreateUpDownCounter<long>("teleport.node.sessions", description: "Running sessions");

    /// <summary>Logins by certificate that were refused.</summary>
    public static Counter<long> RefusedLogins { get; } = Meter.CreateCounter<long>("teleport.node.logins.refused", description: "Refused logins by certificate");
}
