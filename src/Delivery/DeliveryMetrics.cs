using System.Diagnostics.Metrics;

namespace Teleport.Delivery;

/// <summary>What is measured of access plugins.</summary>
internal static class DeliveryMetrics
{
    private static readonly Meter Meter = new("Teleport.AccessPlugins");

    public static readonly Histogram<double> Calls =
        Meter.CreateHistogram<double>("teleport_access_plugin_calls", "s", "Calls of services, by outcome.");

    public static readonly Counter<long> Delivered =
        Meter.CreateCounter<long>("teleport_access_plugin_delivered", description: "Messages posted, changed or answered.");

    public static readonly Counter<long> Failed =
        Meter.CreateCounter<long>("teleport_access_plugin_failed", description: "Deliveries that failed, by what it means; most are repeated.");

    public static readonly Counter<long> GivenUp =
        Meter.CreateCounter<long>("teleport_access_plugin_given_up", description: "Recipients that are not told any more.");

    public static readonly Counter<long> Rejected =
        Meter.CreateCounter<long>("teleport_access_plugin_callbacks_rejected", description: "Callbacks refused before anything was done, by reason.");

    public static readonly Counter<long> Clicks =
        Meter.CreateCounter<long>("teleport_access_plugin_clicks", description: "Clicks, by what became of them.");

    private static readonly Lock Gate = new();
    private static readonly List<PluginHealth> Watched = [];

    static DeliveryMetrics()
    {
        Meter.CreateObservableGauge("teleport_access_plugin_waiting", static () => Read(static h => h.Waiting), description: "Requests that wait to be shown as they are.");
        Meter.CreateObservableGauge("teleport_access_plugin_oldest_seconds", static () => Read(static h => h.OldestSeconds), "s", "Age of the oldest of them.");
        Meter.CreateObservableGauge("teleport_access_plugin_healthy", static () => Read(static h => h.IsHealthy ? 1 : 0), description: "Whether all is well with a plugin.");
    }

    public static void Add(PluginHealth health)
    {
        lock (Gate)
        {
            Watched.Add(health);
        }
    }

    public static void Remove(PluginHealth health)
    {
        lock (Gate)
        {
            Watched.Remove(health);
        }
    }

    private static IEnumerable<Measurement<double>> Read(Func<PluginHealth, double> value)
    {
        lock (Gate)
        {
            return [.. Watched.Select(h => new Measurement<double>(value(h), new KeyValuePair<string, object?>("plugin", h.Name)))];
        }
    }
}
