using System.Security.Cryptography;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Plugins;
using Teleport.Abstractions.Resources;
using Teleport.Api.Presence.V1;

namespace Teleport.Agent;

/// <summary>Announces a server again and again, at once when something changes, and withdraws it at a clean stop.</summary>
public sealed partial class Heartbeat : IAsyncDisposable
{
    private const string Part = "heartbeat";
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Ttl = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan WithdrawTime = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Signal _now = new();
    private readonly PresenceService.PresenceServiceClient _auth;
    private readonly Func<Server> _describe;
    private readonly ServiceHealth _health;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _kind;
    private readonly Task _loop;

    /// <summary>Begins to announce.</summary>
    /// <param name="service">Who announces itself.</param>
    /// <param name="describe">What is announced; asked each time. Its name must be the host's id.</param>
    /// <param name="context">Told when announcing, or anything else that runs for the service, fails and when it works again; <c>null</c>: nobody.</param>
    public Heartbeat(JoinedService service, Func<Server> describe, IServiceRoleContext? context)
        : this(service?.Auth.Presence ?? throw new ArgumentNullException(nameof(service)), describe, service.Health, service.Time, service.Logger)
    {
        if (context is not null)
        {
            service.Health.Tell(context);
        }
    }

    internal Heartbeat(PresenceService.PresenceServiceClient auth, Func<Server> describe, ServiceHealth health, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(describe);
        (_auth, _describe, _health, _time, _logger) = (auth, describe, health, time, logger);
        _kind = describe().Kind;
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Completes when the server has been announced once.</summary>
    public Task FirstAsync(CancellationToken cancellationToken) => _first.Task.WaitAsync(cancellationToken);

    /// <summary>Announces at once, since something changed.</summary>
    public void Announce() => _now.Set();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        using var limit = new CancellationTokenSource(WithdrawTime, _time);
        try
        {
            await _auth.WithdrawAsync(new WithdrawRequest { Kind = _kind }, cancellationToken: limit.Token);
        }
        catch (Exception e) when (e is TeleportException or OperationCanceledException)
        {
            // It goes away by itself when it falls silent.
            LogNotWithdrawn(e.Message);
        }

        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var backoff = new Backoff(_time);
        try
        {
            while (true)
            {
                if (await TryAnnounceAsync())
                {
                    backoff.Reset();
                    await _now.WaitAsync(NextPeriod(), _time, _stop.Token);
                }
                else
                {
                    await backoff.WaitAsync(_stop.Token);
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    private async Task<bool> TryAnnounceAsync()
    {
        try
        {
            Server server = _describe();
            await _auth.AnnounceAsync(
                new AnnounceRequest { Kind = server.Kind, Json = ByteString.CopyFrom(ResourceJson.Serialize(server)), TtlSeconds = (long)Ttl.TotalSeconds },
                cancellationToken: _stop.Token);
            _first.TrySetResult();
            _health.Clear(Part);
            return true;
        }
        // A supervision boundary: a host that cannot announce itself goes on serving, says so, and tries again.
        catch (Exception e) when (!_stop.IsCancellationRequested)
        {
            LogFailed(_kind, e.Message);
            _health.Report(Part, $"cannot announce this {_kind} to the auth service: {e.Message}");
            return false;
        }
    }

    // Not all at the same second, however many hosts an outage made begin together.
    private static TimeSpan NextPeriod() => Period * (0.9 + (RandomNumberGenerator.GetInt32(200) / 1000.0));

    [LoggerMessage(1140, LogLevel.Warning, "Cannot announce this {Kind} to the auth service: {Reason} It is tried again.")]
    private partial void LogFailed(string kind, string reason);

    [LoggerMessage(1141, LogLevel.Debug, "The announcement was not withdrawn: {Reason} It ends by itself.")]
    private partial void LogNotWithdrawn(string reason);
}
