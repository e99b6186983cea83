using System.Diagnostics.Metrics;

namespace Teleport.Proxy;

/// <summary>What the proxy counts. One meter for the process, as instruments are.</summary>
internal static class ProxyMetrics
{
    private static readonly Meter Meter = new("Teleport.Proxy");

    public static readonly UpDownCounter<long> Connections =
        Meter.CreateUpDownCounter<long>("teleport.proxy.connections", "{connection}", "Connections that are open.");

    public static readonly Counter<long> Refused =
        Meter.CreateCounter<long>("teleport.proxy.connections.refused", "{connection}", "Connections refused because there were too many.");

    public static readonly UpDownCounter<long> Sessions =
        Meter.CreateUpDownCounter<long>("teleport.proxy.sessions", "{session}", "Connections to nodes that are relayed.");

    public static readonly Counter<long> Bytes =
        Meter.CreateCounter<long>("teleport.proxy.bytes", "By", "Bytes relayed between clients and nodes, both ways.");

    public static readonly UpDownCounter<long> Tunnels =
        Meter.CreateUpDownCounter<long>("teleport.proxy.tunnels", "{tunnel}", "Tunnels of agents that are open.");

    public static readonly Counter<long> AuthenticationFailures =
        Meter.CreateCounter<long>("teleport.proxy.ssh.authentication_failures", "{attempt}", "SSH clients that were refused.");
}
