using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Errors;
using Teleport.Agent.Spooling;
using Teleport.Api.Audit.V1;

namespace Teleport.Agent;

/// <summary>Sends audit events to the auth service: spooled to disk first, in order, again and again until they are acknowledged.</summary>
/// <remarks>Safe for use by several threads. While the auth service is away, sessions go on and events wait on disk.</remarks>
public sealed partial class AuditEmitter : IAsyncDisposable
{
    private const string Part = "audit";
    private const int MaxBatchLines = 500;
    private const int MaxBatchBytes = 1024 * 1024;
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private readonly Signal _more = new();
    private readonly AuditSpool _spool;
    private readonly RefusedEvents _refused;
    private readonly EmitterOptions _options;
    private readonly Func<EmitRequest, CancellationToken, Task> _send;
    private readonly ILogger _logger;
    private readonly Task _loop;
    private volatile bool _draining;

    /// <summary>Opens the spool and begins to send what a crash left in it.</summary>
    /// <param name="options">Where and how.</param>
    /// <param name="send">Delivers events; returns when they are durable at the other end.</param>
    internal AuditEmitter(EmitterOptions options, Func<EmitRequest, CancellationToken, Task> send)
    {
        (_options, _send, _logger) = (options, send, options.Logger);
        _spool = new AuditSpool(options.Folder, options.MaxSpoolBytes);
        _refused = new RefusedEvents(Path.Combine(options.Folder, "refused.log"), options.Logger);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Bytes of events that wait to be acknowledged.</summary>
    public long PendingBytes => _spool.Bytes;

    /// <summary>Takes an event. The end of this process does not lose it any more when the call returns; it reaches the auth service soon.</summary>
    /// <param name="auditEvent">Time, uid and cluster are filled in where they are missing. What is too long of it is cut.</param>
    /// <exception cref="TeleportException">
    /// The event is not kept. Code <c>limit</c>: the spool is full, because the auth service has been away for long; <c>unavailable</c>: the disk fails.
    /// </exception>
    public void Emit(AuditEvent auditEvent)
    {
        ArgumentNullException.ThrowIfNull(auditEvent);
        AuditEvent complete = auditEvent with
        {
            Time = auditEvent.Time == default ? _options.Time.GetUtcNow() : auditEvent.Time,
            Uid = auditEvent.Uid.Length == 0 ? Guid.NewGuid().ToString("D") : auditEvent.Uid,
            ClusterName = auditEvent.ClusterName.Length == 0 ? _options.ClusterName : auditEvent.ClusterName,
        };
        AuditRecord record = AuditJson.ToRecord(complete);
        Append(record.Code, EventTrimmer.Fit(record.Json));
        _more.Set();
    }

    /// <summary>Sends what waits, for a few seconds at most; the rest stays on disk for the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        _draining = true;
        _more.Set();
        _stop.CancelAfter(DrainTime);
        await _loop;
        _spool.Dispose();
        _stop.Dispose();
    }

    private void Append(string code, ReadOnlyMemory<byte> line)
    {
        bool taken;
        try
        {
            taken = _spool.TryAppend(line.Span);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogDiskFailed(code, _options.Folder, e.Message);
            _options.Health.Report(Part, $"audit events are lost, since {_options.Folder} cannot be written: {e.Message}");
            throw TeleportException.Unavailable($"The audit event {code} cannot be kept, since {_options.Folder} cannot be written: {e.Message}", e);
        }

        if (!taken)
        {
            LogSpoolFull(code, _options.MaxSpoolBytes);
            _options.Health.Report(Part, $"audit events are lost, since {_options.MaxSpoolBytes} bytes of them wait for the auth service: bring it back");
            throw TeleportException.Limit(
                $"The audit event {code} cannot be kept: {_options.MaxSpoolBytes} bytes of events wait for the auth service. Bring it back, or make room.");
        }
    }

    private async Task RunAsync()
    {
        var backoff = new Backoff(_options.Time);
        while (true)
        {
            try
            {
                if (_spool.Read(MaxBatchLines, MaxBatchBytes) is { } batch)
                {
                    await SendAsync(batch.Lines);
                    _spool.Acknowledge(batch);
                    backoff.Reset();
                    _options.Health.Clear(Part);
                }
                else if (_draining)
                {
                    return;
                }
                else
                {
                    await _more.WaitAsync(_stop.Token);
                }
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            // A supervision boundary: what fails is reported and tried again, nothing is given up.
            catch (Exception e)
            {
                LogSendFailed(_spool.Bytes, e.Message);
                _options.Health.Report(Part, $"{_spool.Bytes} bytes of audit events wait for the auth service: {e.Message}");
                if (!await TryWaitAsync(backoff))
                {
                    return;
                }
            }
        }
    }

    private async Task<bool> TryWaitAsync(Backoff backoff)
    {
        try
        {
            await backoff.WaitAsync(_stop.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> lines)
    {
        try
        {
            var request = new EmitRequest();
            request.Events.AddRange(lines.Select(static line => ByteString.CopyFrom(line.Span)));
            await _send(request, _stop.Token);
        }
        catch (TeleportException e) when (IsRefusal(e, lines))
        {
            if (lines.Count == 1)
            {
                await _refused.KeepAsync(lines[0], e.Message);
                return;
            }

            // One event must not hold up the others: halves find it with few calls.
            await SendAsync([.. lines.Take(lines.Count / 2)]);
            await SendAsync([.. lines.Skip(lines.Count / 2)]);
        }
    }

    // A limit of many events at once is met by fewer; of one event it passes.
    private static bool IsRefusal(TeleportException e, IReadOnlyList<ReadOnlyMemory<byte>> lines) =>
        e.Code is ErrorCode.Invalid or ErrorCode.AccessDenied || (e.Code == ErrorCode.Limit && (lines.Count > 1 || lines[0].Length > AuditRecord.MaxBytes / 2));

    [LoggerMessage(1130, LogLevel.Warning, "Audit events wait on disk ({Bytes} bytes), since the auth service does not take them now: {Reason}")]
    private partial void LogSendFailed(long bytes, string reason);

    [LoggerMessage(1132, LogLevel.Error, "The audit event {Code} is lost, since more than {Limit} bytes of events wait for the auth service. Bring the auth service back.")]
    private partial void LogSpoolFull(string code, long limit);

    [LoggerMessage(1133, LogLevel.Error, "The audit event {Code} is lost, since {Folder} cannot be written: {Reason} Make room on that disk.")]
    private partial void LogDiskFailed(string code, string folder, string reason);
}
