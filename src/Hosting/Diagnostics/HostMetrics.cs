using System.Diagnostics.Metrics;
using Teleport.Hosting.Supervision;

namespace Teleport.Hosting.Diagnostics;

/// <summary>What the host itself measures.</summary>
internal sealed class HostMetrics : IDisposable
{
    private readonly Meter _meter = new("Teleport.Hosting");

    public HostMetrics(RoleBoard board)
    {
        _meter.CreateObservableGauge(
            "teleport_role_ready", () => board.Snapshot.Select(static r => new Measurement<int>(r.State == RoleState.Ready ? 1 : 0, Tag(r))), description: "Whether a service is up.");
        _meter.CreateObservableCounter(
            "teleport_role_failures", () => board.Snapshot.Select(static r => new Measurement<int>(r.Failures, Tag(r))), description: "How often a service failed.");
    }

    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?> Tag(RoleStatus role) => new("role", role.Name);
}
