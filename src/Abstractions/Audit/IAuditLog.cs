namespace Teleport.Abstractions.Audit;

/// <summary>A sink of audit events. Safe for use by several threads.</summary>
public interface IAuditLog : IAsyncDisposable
{
    /// <summary>Whether <see cref="SearchAsync"/> finds what was appended.</summary>
    bool CanSearch { get; }

    /// <summary>Appends events in order. Durable when it returns. An event that was appended before (same <c>uid</c>) may be appended again after a failure.</summary>
    /// <exception cref="IOException">The sink does not take them now; the caller keeps them and tries again.</exception>
    ValueTask AppendAsync(IReadOnlyList<AuditRecord> records, CancellationToken cancellationToken);

    /// <summary>Finds events.</summary>
    /// <exception cref="NotSupportedException"><see cref="CanSearch"/> is <c>false</c>.</exception>
    ValueTask<AuditPage> SearchAsync(AuditQuery query, CancellationToken cancellationToken);
}
