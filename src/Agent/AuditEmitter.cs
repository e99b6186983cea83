using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Errors;
using Teleport.Agent.Spooling;
using Teleport.Api;
using Teleport.Api.Audit.V1;

namespace Teleport.Agent;

/// <summary>Sends audit events to the auth service: spooled to disk first, in order, again and again until they are acknowledged.</summary>
/// <remarks>Safe for use by several threads. While the auth service is away, sessions go on and events wait on disk.</remarks>
public sealed partial class AuditEmitter : IAsyncDisposable
{
    private const long MaxSpoolBytes = 256L * 1024 * 1024;
    private const int MaxBatchLines = 500;
    private const int MaxBatchBytes = 1024 * 1024;
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _more = new(0, 1);
    private readonly AuditSpool _spool;
    private readonly AuthClient _auth;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _clusterName;
    private readonly string _refusedFile;
    private readonly Task _loop;
    private bool _draining;

    internal AuditEmitter(string folder, AuthClient auth, string clusterName, TimeProvider time, ILogger logger)
    {
        (_auth, _clusterName, _time, _logger) = (auth, clusterName, time, logger);
        _spool = new AuditSpool(folder, MaxSpoolBytes);
        _refusedFile = Path.Combine(folder, "refused.log");
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Bytes of events that wait to be acknowledged.</summary>
    public long PendingBytes => _spool.Bytes;

    /// <summary>Takes an event. It is on this host's disk when the call returns, and reaches the auth service soon.</summary>
    /// <param name="auditEvent">Time, uid and cluster are filled in where they are missing.</param>
    /// <exception cref="TeleportException">Code <c>limit</c>: the spool is full, because the auth service has been away for long.</exception>
    public void Emit(AuditEvent auditEvent)
    {
        ArgumentNullException.ThrowIfNull(auditEvent);
        AuditEvent complete = auditEvent with
        {
            Time = auditEvent.Time == default ? _time.GetUtcNow() : auditEvent.Time,
            Uid = auditEvent.Uid.Length == 0 ? Guid.NewGuid().ToString("D") : auditEvent.Uid,
            ClusterName = auditEvent.ClusterName.Length == 0 ? _clusterName : auditEvent.ClusterName,
        };
        AuditRecord record = AuditJson.ToRecord(complete);
        if (!_spool.TryAppend(record.Json.Span))
        {
            LogSpoolFull(record.Code, MaxSpoolBytes);
            throw TeleportException.Limit(
                $"The audit event {record.Code} cannot be kept: {MaxSpoolBytes} bytes of events wait for the auth service. Bring it back, or make room.");
        }

        Wake();
    }

    /// <summary>Sends what waits, for a few seconds at most; the rest stays on disk for the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        Volatile.Write(ref _draining, true);
        Wake();
        _stop.CancelAfter(DrainTime);
        await _loop;
        _spool.Dispose();
        _more.Dispose();
        _stop.Dispose();
    }

    private void Wake()
    {
        if (_more.CurrentCount == 0)
        {
            try
            {
                _more.Release();
            }
            catch (SemaphoreFullException)
            {
                // Another event woke the sender at the same moment.
            }
        }
    }

    private async Task RunAsync()
    {
        var backoff = new Backoff(_time);
        long offset = 0;
        while (true)
        {
            try
            {
                if (_spool.Read(offset, MaxBatchLines, MaxBatchBytes) is { } batch)
                {
                    offset = await SendAsync(batch);
                    backoff.Reset();
                    continue;
                }

                offset = 0;
                if (Volatile.Read(ref _draining))
                {
                    return;
                }

                await _more.WaitAsync(_stop.Token);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            // A supervision boundary: what fails is reported and tried again, nothing is given up.
            catch (Exception e)
            {
                LogSendFailed(_spool.Bytes, e.Message);
                try
                {
                    await backoff.WaitAsync(_stop.Token);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }
        }
    }

    private async Task<long> SendAsync(SpoolBatch batch)
    {
        try
        {
            await EmitAsync(batch.Lines);
        }
        catch (TeleportException e) when (e.Code is ErrorCode.Invalid or ErrorCode.AccessDenied && batch.Lines.Count > 1)
        {
            // One event must not hold up the others: find it.
            foreach (ReadOnlyMemory<byte> line in batch.Lines)
            {
                await SendOneAsync(line);
            }
        }
        catch (TeleportException e) when (e.Code is ErrorCode.Invalid or ErrorCode.AccessDenied)
        {
            await KeepRefusedAsync(batch.Lines[0], e);
        }

        // The segment goes as soon as all of it was acknowledged.
        return _spool.Read(batch.End, 1, 1) is { } rest && rest.Segment == batch.Segment ? batch.End : 0;
    }

    private async Task SendOneAsync(ReadOnlyMemory<byte> line)
    {
        try
        {
            await EmitAsync([line]);
        }
        catch (TeleportException e) when (e.Code is ErrorCode.Invalid or ErrorCode.AccessDenied)
        {
            await KeepRefusedAsync(line, e);
        }
    }

    private async Task EmitAsync(IEnumerable<ReadOnlyMemory<byte>> lines)
    {
        var request = new EmitRequest();
        request.Events.AddRange(lines.Select(static line => ByteString.CopyFrom(line.Span)));
        await _auth.Audit.EmitAsync(request, cancellationToken: _stop.Token);
    }

    private async Task KeepRefusedAsync(ReadOnlyMemory<byte> line, TeleportException e)
    {
        LogRefused(_refusedFile, e.Message);
        await using var file = new FileStream(_refusedFile, new FileStreamOptions
        {
            Mode = FileMode.Append, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        await file.WriteAsync(line);
        await file.WriteAsync("\n"u8.ToArray());
    }

    [LoggerMessage(1130, LogLevel.Warning, "Audit events wait on disk ({Bytes} bytes), since the auth service does not take them now: {Reason}")]
    private partial void LogSendFailed(long bytes, string reason);

    [LoggerMessage(1131, LogLevel.Error, "The auth service refuses an audit event; it is kept in {File}: {Reason}")]
    private partial void LogRefused(string file, string reason);

    [LoggerMessage(1132, LogLevel.Error, "The audit event {Code} is lost, since more than {Limit} bytes of events wait for the auth service. Bring the auth service back.")]
    private partial void LogSpoolFull(string code, long limit);
}
