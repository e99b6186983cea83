using Teleport.Abstractions.Audit;

namespace Teleport.Audit.Files;

/// <summary>Writes events to a stream, one line of JSON each; finds nothing.</summary>
/// <param name="output">The stream; stays open.</param>
public sealed class StreamAuditLog(Stream output) : IAuditLog
{
    private readonly SemaphoreSlim _gate = new(1);

    /// <inheritdoc/>
    public bool CanSearch => false;

    /// <inheritdoc/>
    public async ValueTask AppendAsync(IReadOnlyList<AuditRecord> records, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> lines = AuditLines.Join(records);
        await _gate.WaitAsync(cancellationToken);
        try
        {
            // One write for all lines, and not cancelled in its middle: a reader never meets half a line.
            await output.WriteAsync(lines, CancellationToken.None);
            await output.FlushAsync(CancellationToken.None);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public ValueTask<AuditPage> SearchAsync(AuditQuery query, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Events that went to the standard output cannot be searched. Add file:///DIR to audit_events_uri.");

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _gate.Dispose();
        return ValueTask.CompletedTask;
    }
}
