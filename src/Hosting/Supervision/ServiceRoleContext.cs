using Teleport.Abstractions.Plugins;

namespace Teleport.Hosting.Supervision;

/// <summary>What one run of a role is told and tells. What it says after its end is not heard.</summary>
internal sealed class ServiceRoleContext(string role, RoleBoard board, CancellationToken draining) : IServiceRoleContext
{
    private volatile bool _isOver;

    public CancellationToken Draining => draining;

    public void ReportReady(string? detail = null) => Report(RoleState.Ready, detail);

    public void ReportDegraded(string reason) => Report(RoleState.Degraded, reason);

    public void Close() => _isOver = true;

    private void Report(RoleState state, string? detail)
    {
        if (!_isOver && !draining.IsCancellationRequested)
        {
            board.Set(role, state, detail);
        }
    }
}
