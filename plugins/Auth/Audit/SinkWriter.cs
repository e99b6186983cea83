using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Audit;

namespace Teleport.Auth.Audit;

/// <summary>Brings events to one sink, in order. What the sink does not take goes to a spool on disk, and from there to the sink when it works again.</summary>
internal sealed partial class SinkWriter : IAsyncDisposable
{
    private static readonly TimeSpan AppendTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(1);

    private readonly string _name;
    private readonly AuditSpool _spool;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private Task _draining = Task.CompletedTask;

    public SinkWriter(string name, IAuditLog log, AuditSpool spool, TimeProvider time, ILogger<SinkWriter> logger)
    {
        (_name, Log, _spool, _time, _logger) = (name, log, spool, time, logger);
        if (!spool.IsEmpty)
        {
            _draining = Task.Run(DrainAsync);
        }
    }

    /// <summary>The sink; closed with the writer.</summary>
    public IAuditLog Log { get; }

    /// <summary>Why events wait in the spool; <c>null</c>: none does.</summary>
    public string? Degradation { get; private set; }

    /// <summary>Returns when the events are in the sink or in the spool.</summary>
    /// <exception cref="IOException">Neither takes them.</exception>
    public async Task AppendAsync(IReadOnlyList<AuditRecord> records)
    {
        await _gate.WaitAsync();
        try
        {
            // As long as older events wait, newer ones queue behind them.
            if (_spool.IsEmpty && await TryAppendAsync(records) is not { } error)
            {
                return;
            }

            await _spool.AppendAsync(records);
            if (_draining.IsCompleted)
            {
                _draining = Task.Run(DrainAsync);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _draining;
        await Log.DisposeAsync();
        _stop.Dispose();
        _gate.Dispose();
    }

    private async Task<Exception?> TryAppendAsync(IReadOnlyList<AuditRecord> records)
    {
        try
        {
            using var timeout = new CancellationTokenSource(AppendTimeout, _time);
            await Log.AppendAsync(records, timeout.Token).AsTask().WaitAsync(AppendTimeout, _time);
            return null;
        }
        // A supervision boundary: sinks are plugins, and the events go to the spool instead.
        catch (Exception e)
        {
            if (Degradation is null)
            {
                LogFailing(e, _name);
            }

            Degradation = $"the audit sink {_name} fails: {e.Message} Events wait on disk until it works again.";
            return e;
        }
    }

    private async Task DrainAsync()
    {
        TimeSpan delay = FirstDelay;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                bool appended;
                await _gate.WaitAsync(_stop.Token);
                try
                {
                    if (_spool.IsEmpty)
                    {
                        LogRecovered(_name);
                        Degradation = null;
                        return;
                    }

                    appended = await TryAppendAsync(await _spool.ReadFirstAsync()) is null;
                    if (appended)
                    {
                        _spool.RemoveFirst();
                    }
                }
                finally
                {
                    _gate.Release();
                }

                if (!appended)
                {
                    await Task.Delay(delay, _time, _stop.Token);
                    delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay;
                }
                else
                {
                    delay = FirstDelay;
                }
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (IOException e)
            {
                LogSpool(e, _name);
                await Task.Delay(LongestDelay, _time, _stop.Token).ContinueWith(
                    static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
        }
    }

    [LoggerMessage(5101, LogLevel.Error, "The audit sink {Sink} fails. Events wait in the spool of the data folder until it works again.")]
    private partial void LogFailing(Exception exception, string sink);

    [LoggerMessage(5102, LogLevel.Information, "The audit sink {Sink} has every event again.")]
    private partial void LogRecovered(string sink);

    [LoggerMessage(5103, LogLevel.Error, "The spool of the audit sink {Sink} cannot be read. Check the disk of the data folder.")]
    private partial void LogSpool(Exception exception, string sink);
}
