using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Plugins;
using Teleport.Abstractions.Resources;
using Teleport.Api;
using Teleport.Api.Presence.V1;

namespace Teleport.Agent;

/// <summary>Announces a server again and again, at once when something changes, and withdraws it at a clean stop.</summary>
public sealed partial class Heartbeat : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Ttl = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan WithdrawTime = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _now = new(0, 1);
    private readonly AuthClient _auth;
    private readonly Func<Server> _describe;
    private readonly IServiceRoleContext? _context;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _kind;
    private readonly Task _loop;

    /// <summary>Begins to announce.</summary>
    /// <param name="service">Who announces itself.</param>
    /// <param name="describe">What is announced; asked each time. Its name must be the host's id.</param>
    /// <param name="context">Told when announcing fails and when it works again; <c>null</c>: nobody.</param>
    public Heartbeat(JoinedService service, Func<Server> describe, IServiceRoleContext? context)
    {
        ArgumentNullException.ThrowIfNull(service);
        ArgumentNullException.ThrowIfNull(describe);
        (_auth, _describe, _context, _time, _logger) = (service.Auth, describe, context, service.Time, service.Logger);
        _kind = describe().Kind;
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Completes when the server has been announced once.</summary>
    public Task FirstAsync(CancellationToken cancellationToken) => _first.Task.WaitAsync(cancellationToken);

    /// <summary>Announces at once, since something changed.</summary>
    public void Announce()
    {
        try
        {
            if (_now.CurrentCount == 0)
            {
                _now.Release();
            }
        }
        catch (SemaphoreFullException)
        {
            // It is about to be announced anyway.
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        using var limit = new CancellationTokenSource(WithdrawTime);
        try
        {
            await _auth.Presence.WithdrawAsync(new WithdrawRequest { Kind = _kind }, cancellationToken: limit.Token);
        }
        catch (Exception e) when (e is TeleportException or OperationCanceledException)
        {
            // It goes away by itself when it falls silent.
            LogNotWithdrawn(e.Message);
        }

        _now.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var backoff = new Backoff(_time);
        bool failed = false;
        while (true)
        {
            try
            {
                Server server = _describe();
                await _auth.Presence.AnnounceAsync(
                    new AnnounceRequest { Kind = server.Kind, Json = ByteString.CopyFrom(ResourceJson.Serialize(server)), TtlSeconds = (long)Ttl.TotalSeconds },
                    cancellationToken: _stop.Token);
                _first.TrySetResult();
                backoff.Reset();
                if (failed)
                {
                    failed = false;
                    _context?.ReportReady();
                }

                await _now.WaitAsync(Period, _stop.Token);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            // A supervision boundary: a host that cannot announce itself goes on serving, says so, and tries again.
            catch (Exception e)
            {
                failed = true;
                LogFailed(_kind, e.Message);
                _context?.ReportDegraded($"cannot announce this {_kind} to the auth service: {e.Message}");
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

    [LoggerMessage(1140, LogLevel.Warning, "Cannot announce this {Kind} to the auth service: {Reason} It is tried again.")]
    private partial void LogFailed(string kind, string reason);

    [LoggerMessage(1141, LogLevel.Debug, "The announcement was not withdrawn: {Reason} It ends by itself.")]
    private partial void LogNotWithdrawn(string reason);
}
