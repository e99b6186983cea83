using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Errors;

namespace Teleport.Auth.Audit;

/// <summary>Takes audit events, completes them and brings them to every sink, many at a time. An event is acknowledged when each sink has it, or its spool does.</summary>
internal sealed partial class AuditPipeline : IAsyncDisposable
{
    private const int QueueLength = 4096;
    private const int MaxBatch = 1000;

    private readonly string _clusterName;
    private readonly IReadOnlyList<SinkWriter> _sinks;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<Pending> _queue = Channel.CreateBounded<Pending>(new BoundedChannelOptions(QueueLength) { SingleReader = true });
    private readonly Task _writing;

    public AuditPipeline(string clusterName, IReadOnlyList<SinkWriter> sinks, TimeProvider time, ILogger<AuditPipeline> logger)
    {
        (_clusterName, _sinks, _time, _logger) = (clusterName, sinks, time, logger);
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>Why some sink does not take events now; <c>null</c>: all do.</summary>
    public string? Degradation => _sinks.Select(static s => s.Degradation).FirstOrDefault(static d => d is not null);

    /// <summary>Emits an event of this service; returns when it is durable. Never cancelled: what was done is audited even if the caller hung up.</summary>
    /// <exception cref="TeleportException">Code <c>unavailable</c>: neither a sink nor its spool takes it.</exception>
    public Task EmitAsync(AuditEvent auditEvent) => EmitAsync([Complete(auditEvent)], CancellationToken.None);

    /// <summary>Emits complete events in order; returns when they are durable.</summary>
    public async Task EmitAsync(IReadOnlyList<AuditRecord> records, CancellationToken cancellationToken)
    {
        if (records.Count == 0)
        {
            return;
        }

        var pending = new Pending(records, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            await _queue.Writer.WriteAsync(pending, cancellationToken);
        }
        catch (ChannelClosedException e)
        {
            throw TeleportException.Unavailable("The auth service is stopping; the event was not stored.", e);
        }

        await pending.Done.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Finds events in the first sink that can search.</summary>
    public async ValueTask<AuditPage> SearchAsync(AuditQuery query, CancellationToken cancellationToken)
    {
        SinkWriter sink = _sinks.FirstOrDefault(static s => s.Log.CanSearch) ?? throw TeleportException.Invalid(
            "No sink of audit_events_uri can be searched. Add one that can, as file:///var/lib/teleport/log.");
        return await sink.Log.SearchAsync(query, cancellationToken);
    }

    /// <summary>Ends when everything taken is written.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _writing;
        foreach (SinkWriter sink in _sinks)
        {
            await sink.DisposeAsync();
        }
    }

    private AuditRecord Complete(AuditEvent auditEvent)
    {
        AuditEvent complete = auditEvent with
        {
            Time = auditEvent.Time == default ? AuditTime.Round(_time.GetUtcNow()) : auditEvent.Time,
            Uid = auditEvent.Uid.Length == 0 ? Guid.NewGuid().ToString("D") : auditEvent.Uid,
            ClusterName = _clusterName,
        };
        AuditRecord record = AuditJson.ToRecord(complete);
        return record.Json.Length <= AuditRecord.MaxBytes ? record : AuditTrim.Shorten(record);
    }

    private async Task WriteAsync()
    {
        var batch = new List<Pending>();
        var records = new List<AuditRecord>();
        while (await _queue.Reader.WaitToReadAsync())
        {
            batch.Clear();
            records.Clear();
            while (records.Count < MaxBatch && _queue.Reader.TryRead(out Pending? pending))
            {
                batch.Add(pending);
                records.AddRange(pending.Records);
            }

            try
            {
                // Each writer keeps the order; together they take as long as the slowest.
                await Task.WhenAll(_sinks.Select(sink => sink.AppendAsync([.. records])));
                batch.ForEach(static p => p.Done.TrySetResult());
            }
            // A supervision boundary: whatever a sink throws is reported to all who wait, and the pipeline goes on.
            catch (Exception e)
            {
                LogLost(e, records.Count);
                var failure = TeleportException.Unavailable("The audit log takes no events now, so this was not done or not recorded. See the auth service's log.", e);
                batch.ForEach(p => p.Done.TrySetException(failure));
            }
        }
    }

    private sealed record Pending(IReadOnlyList<AuditRecord> Records, TaskCompletionSource Done);

    [LoggerMessage(5100, LogLevel.Error,
        "{Count} audit events could be written neither to a sink nor to its spool. Callers were told so. Check the disk of the data folder.")]
    private partial void LogLost(Exception exception, int count);
}

/// <summary>Times of events have milliseconds.</summary>
internal static class AuditTime
{
    public static DateTimeOffset Round(DateTimeOffset time) =>
        new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);
}

/// <summary>Makes events fit the limit by shortening their longest texts, which stay marked.</summary>
internal static class AuditTrim
{
    private const int Kept = 2000;

    public static AuditRecord Shorten(AuditRecord record)
    {
        var json = System.Text.Json.Nodes.JsonNode.Parse(record.Json.Span)!.AsObject();
        foreach ((string name, System.Text.Json.Nodes.JsonNode? value) in json.ToArray())
        {
            if (value is System.Text.Json.Nodes.JsonValue text && text.GetValueKind() == JsonValueKind.String && text.GetValue<string>() is { Length: > Kept } s)
            {
                json[name] = s[..Kept] + "...";
            }
            else if (value is System.Text.Json.Nodes.JsonArray or System.Text.Json.Nodes.JsonObject && value.ToJsonString().Length > Kept)
            {
                json[name] = "...";
            }
        }

        return record with { Json = JsonSerializer.SerializeToUtf8Bytes(json) };
    }
}
