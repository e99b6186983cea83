namespace Teleport.Hosting.Supervision;

/// <summary>Where a service role stands.</summary>
/// <remarks>
/// <code>
/// Starting ──► Ready ◄──► Degraded      Failed: its plugin cannot be loaded, or its options are wrong; a restart would not help.
///    │  ▲        │           │
///    ▼  │        ▼           ▼
///   Waiting ◄────┴───────────┘          Waiting: failed, and tried again after a while.
///
/// any but Failed ──► Draining ──► Stopped
/// </code>
/// </remarks>
public enum RoleState
{
    /// <summary>It runs and has not said yet that it serves.</summary>
    Starting,

    /// <summary>It serves.</summary>
    Ready,

    /// <summary>It serves, but not fully.</summary>
    Degraded,

    /// <summary>It failed and is tried again later.</summary>
    Waiting,

    /// <summary>It cannot run.</summary>
    Failed,

    /// <summary>It takes no new work and finishes what it has.</summary>
    Draining,

    /// <summary>It has ended, as it was told.</summary>
    Stopped,
}
