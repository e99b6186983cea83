namespace Teleport.Abstractions.Audit;

/// <summary>What to look for in an audit log.</summary>
public sealed record AuditQuery
{
    /// <summary>From this time on.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Up to and with this time.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>Only these event types; empty: all.</summary>
    public IReadOnlyList<string> Events { get; init; } = [];

    /// <summary>At most so many events, 1 to 1000.</summary>
    public int Limit { get; init; } = 100;

    /// <summary>Newest first.</summary>
    public bool Descending { get; init; }

    /// <summary>Where an earlier page ended; <c>null</c>: from the start.</summary>
    public string? StartKey { get; init; }
}

/// <summary>A page of events.</summary>
/// <param name="Records">The events in the order that was asked for.</param>
/// <param name="NextKey">Where to go on; <c>null</c>: that was all. Opaque.</param>
public sealed record AuditPage(IReadOnlyList<AuditRecord> Records, string? NextKey);
