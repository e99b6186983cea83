namespace Teleport.Abstractions.Plugins;

/// <summary>What a running service role is told by its host, and what it tells in turn. Safe for use by several threads.</summary>
public interface IServiceRoleContext
{
    /// <summary>Fires when the role should take no new work, finish what it has and return.</summary>
    CancellationToken Draining { get; }

    /// <summary>Says that the role serves. Clears a degradation. Shown by <c>/readyz</c>.</summary>
    /// <param name="detail">For people, as "listening on 0.0.0.0:3022"; <c>null</c> for nothing to add.</param>
    void ReportReady(string? detail = null);

    /// <summary>Says that the role works, but not fully, and why.</summary>
    /// <param name="reason">What is wrong and what to do, for people; no secrets.</param>
    void ReportDegraded(string reason);
}
