using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Errors;
using Teleport.Delivery.Messages;
using Teleport.Delivery.Requests;
using Teleport.Delivery.Reviews;
using Teleport.Delivery.Routing;
using Teleport.Delivery.Services;

namespace Teleport.Delivery;

/// <summary>Runs one access plugin: follows the requests, keeps what the service shows equal to them, takes clicks. Whatever the plugin does concerns nobody else.</summary>
public sealed partial class PluginRunner : IAsyncDisposable
{
    private const int Workers = 8;
    private const string CheckPart = "check";
    private const string DeliveryPart = "delivery";
    private const string WatchPart = "watch";
    private const string ConnectionPart = "connection";
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan WorkLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan SecretCheck = TimeSpan.FromSeconds(1);

    private readonly PluginRunnerOptions _options;
    private readonly ILogger _logger;
    private readonly SecretReader _secrets;
    private readonly HttpClient _http;
    private readonly PluginHealth _health;
    private readonly RequestQueue _queue;
    private readonly ChannelPace _pace;
    private readonly IAccessPlugin _plugin;
    private readonly RecipientRouter _router;
    private readonly RequestReconciler _reconciler;
    private readonly ReviewDesk? _reviews;
    private readonly CallbackGate? _gate;
    private readonly OwnedWork _work = new();
    private readonly Dictionary<string, int> _attempts = new(StringComparer.Ordinal);
    private volatile TaskCompletionSource _open = NewSignal();

    // Whether a delivery was refused since the last check, and how often that was so in a row.
    private volatile bool _isRefused;
    private volatile int _refusals;

    // Whether the present watch has told all that there was; read and written by the loop that follows it.
    private bool _isComplete;

    /// <summary>Makes the plugin; nothing runs yet.</summary>
    /// <exception cref="Abstractions.Configuration.OptionsException">A template cannot be used.</exception>
    public PluginRunner(PluginRunnerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        ConfiguredAccessPlugin configured = options.Plugin;
        _logger = options.Loggers.CreateLogger<PluginRunner>();
        _secrets = new SecretReader(options.Environment);
        _health = new PluginHealth(configured.Name, configured.Type, options.Time);
        _http = ServiceHttp.Create(configured.Name, options.Transport?.Invoke(), options.Time, _health);
        _plugin = configured.Create!(new PluginContext(options, _http, _secrets));
        MessageFormat format = _plugin.Format;
        var composer = new MessageComposer(
            configured.Name, options.ClusterName, format, TemplateSet.Load(configured.Options!.Templates, format.Markup), options.Proxy);
        _queue = new RequestQueue(options.Time, _health);
        _health.Age = _queue.Age;
        _pace = new ChannelPace(format);
        _router = new RecipientRouter(configured.Name, _plugin, configured.Options, options.Desk, _logger);
        var keeper = new RecordKeeper(options.Desk, $"{options.HostId}/{configured.Name}", options.Time);
        var delivery = new TargetDelivery(
            configured.Name, _plugin, configured.Options, new RecipientBook(_plugin, options.Time), composer, keeper, _pace, _health, _logger);
        _reconciler = new RequestReconciler(
            options.Desk, keeper, _router, delivery, new OnCallApproval(_plugin, options.Desk, _logger), configured.Options, _health, options.Time, _logger);
        if (_plugin is IReviewingAccessPlugin reviewing)
        {
            _reviews = new ReviewDesk(configured.Name, reviewing, options.Desk, keeper, composer, _queue, options.Reject, options.Time, _logger)
            {
                OnConnection = ReportConnection,
            };
            _gate = new CallbackGate(configured.Name, reviewing, options.Desk, _reviews, options.Reject, _work, _logger);
        }

        DeliveryMetrics.Add(_health);
    }

    /// <summary>The instance's name.</summary>
    public string Name => _options.Plugin.Name;

    /// <summary>How it fares.</summary>
    public AccessPluginStatus Status => _health.Read();

    /// <summary>Runs until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] loops =
        [
            GuardAsync(CheckAsync, stop.Token),
            GuardAsync(FollowAsync, stop.Token),
            .. Enumerable.Range(0, Workers).Select(_ => GuardAsync(WorkAsync, stop.Token)),
            .. _reviews is null ? [] : (Task[])[GuardAsync(_reviews.RunAsync, stop.Token), GuardAsync(ListenAsync, stop.Token)],
        ];
        await Task.WhenAll(loops);
    }

    /// <summary>Handles a callback of the service.</summary>
    public Task<CallbackAnswer> HandleAsync(CallbackRequest request, CancellationToken cancellationToken) =>
        _gate?.HandleAsync(request, cancellationToken) ?? Task.FromResult(CallbackAnswer.Of(404));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        DeliveryMetrics.Remove(_health);
        await _work.DisposeAsync();
        if (_gate is not null)
        {
            await _gate.DisposeAsync();
        }

        if (_plugin is IAsyncDisposable asyncDisposable)
        {
            await asyncDisposable.DisposeAsync();
        }
        else
        {
            (_plugin as IDisposable)?.Dispose();
        }

        await _pace.DisposeAsync();
        _queue.Dispose();
        _http.Dispose();
    }

    // Of a thread of its own: a plugin that blocks blocks itself.
    private static Task GuardAsync(Func<CancellationToken, Task> loop, CancellationToken stop) => Task.Run(
        async () =>
        {
            try
            {
                await loop(stop).WaitAsync(stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // Told to stop.
            }
        },
        CancellationToken.None);

    // Lets work begin when the service accepts us, and holds it up when it does not any more.
    private async Task CheckAsync(CancellationToken stop)
    {
        int failures = 0;
        while (true)
        {
            if (_open.Task.IsCompleted)
            {
                await Task.Delay(SecretCheck, _options.Time, stop);
                continue;
            }

            if (_isRefused)
            {
                // It was a delivery that was refused: whatever the check says, what was used is not good.
                _isRefused = false;
                await WaitAsync(++_refusals, null, isRefusal: true, stop);
            }

            try
            {
                await _plugin.CheckAsync(stop);
                _health.Checked();
                _health.Clear(CheckPart);
                if (failures > 0)
                {
                    LogWorks(Name);
                }

                failures = 0;
                _open.TrySetResult();
                _queue.Hurry();
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                throw;
            }
            // The boundary to a plugin: every failure of it is reported here and tried again.
            catch (Exception e)
            {
                bool isRefusal = e is AccessPluginException { Failure: AccessPluginFailure.Unauthorized };
                _health.Report(CheckPart, isRefusal ? AccessPluginState.Unauthorized : AccessPluginState.Failing, e.Message);
                LogCheckFailed(e is AccessPluginException ? null : e, Name, e.Message);
                await WaitAsync(++failures, (e as AccessPluginException)?.RetryAfter, isRefusal, stop);
            }
        }
    }

    // Refused credentials are not tried again and again, but at once when a file of theirs changes.
    private async Task WaitAsync(int failures, TimeSpan? atLeast, bool isRefusal, CancellationToken stop)
    {
        TimeSpan wait = isRefusal ? TimeSpan.FromSeconds(Math.Min(300, 30 * failures)) : Delay(failures, atLeast);
        long started = _options.Time.GetTimestamp();
        while (_options.Time.GetElapsedTime(started) < wait && !(isRefusal && _secrets.HasChanged()))
        {
            TimeSpan left = wait - _options.Time.GetElapsedTime(started);
            await Task.Delay(left < SecretCheck ? left : SecretCheck, _options.Time, stop);
        }
    }

    private async Task FollowAsync(CancellationToken stop)
    {
        int failures = 0;
        while (true)
        {
            _isComplete = false;
            try
            {
                await foreach (FeedChange change in _options.Desk.WatchAsync(stop))
                {
                    if (change.Rules is { } rules)
                    {
                        _router.Use(rules);
                    }

                    failures = 0;
                    await TakeAsync(change, stop);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                throw;
            }
            // The watch is a supervision boundary: whatever ends it is reported, and it begins again.
            catch (Exception e)
            {
                _health.Report(WatchPart, AccessPluginState.Failing, $"The requests cannot be followed: {e.Message}");
                LogWatchLost(e is TeleportException ? null : e, Name, e.Message);
            }

            await Task.Delay(Delay(++failures, null), _options.Time, stop);
        }
    }

    private async Task TakeAsync(FeedChange change, CancellationToken stop)
    {
        if (change.IsComplete)
        {
            // Requests that went away meanwhile are in no watch: they are known by what was kept of them.
            foreach (string id in await _options.Desk.ListEntriesAsync(stop))
            {
                _queue.Add(id);
            }

            _isComplete = true;
            _health.Clear(WatchPart);
        }
        else if (change.RequestId is { } id && (change.IsPending || _isComplete))
        {
            _queue.Add(id);
        }
    }

    private async Task WorkAsync(CancellationToken stop)
    {
        while (true)
        {
            string id = await _queue.TakeAsync(stop);
            await _open.Task.WaitAsync(stop);
            _queue.Done(id, await ReconcileAsync(id, stop));
        }
    }

    private async Task<TimeSpan?> ReconcileAsync(string id, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(WorkLimit);
        try
        {
            TimeSpan? next = await _reconciler.RunAsync(id, limit.Token).WaitAsync(limit.Token);
            Succeeded(id);
            return next;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw;
        }
        catch (AccessPluginException e) when (e.Failure == AccessPluginFailure.Unauthorized)
        {
            _health.Report(CheckPart, AccessPluginState.Unauthorized, e.Message);
            Close();
            return TimeSpan.FromSeconds(1);
        }
        // The boundary to a plugin: whatever fails is reported, and tried again later.
        catch (Exception caught)
        {
            Exception e = caught is OperationCanceledException
                ? new AccessPluginException(AccessPluginFailure.Uncertain, $"It did not come to an end within {WorkLimit.TotalMinutes:0} minutes.", null, caught)
                : caught;
            bool isExpected = e is AccessPluginException or TeleportException;
            _health.Report(DeliveryPart, AccessPluginState.Failing, isExpected ? e.Message : $"The plugin failed: {e.GetType().Name}: {e.Message}");
            int failures = Failed(id);
            LogFailed(isExpected ? null : e, Name, id, failures, e.Message);
            return Delay(failures, (e as AccessPluginException)?.RetryAfter);
        }
    }

    private async Task ListenAsync(CancellationToken stop)
    {
        var plugin = (IReviewingAccessPlugin)_plugin;
        int failures = 0;
        while (plugin.TakesReviews)
        {
            await _open.Task.WaitAsync(stop);
            long started = _options.Time.GetTimestamp();
            try
            {
                await plugin.ListenAsync(_reviews!, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                throw;
            }
            // The boundary to a plugin: a connection that ends is opened again.
            catch (Exception e)
            {
                ReportConnection(e.Message);
                LogConnectionLost(e is AccessPluginException ? null : e, Name, e.Message);
            }

            failures = _options.Time.GetElapsedTime(started) > TimeSpan.FromSeconds(10) ? 1 : failures + 1;
            await Task.Delay(Delay(failures, null), _options.Time, stop);
        }
    }

    private void ReportConnection(string? trouble)
    {
        if (trouble is null)
        {
            _health.Clear(ConnectionPart);
        }
        else
        {
            _health.Report(ConnectionPart, AccessPluginState.Degraded, trouble);
        }
    }

    private void Close()
    {
        if (_open.Task.IsCompleted)
        {
            _isRefused = true;
            _open = NewSignal();
        }
    }

    private void Succeeded(string id)
    {
        bool wasFailing;
        lock (_attempts)
        {
            _attempts.Remove(id);
            wasFailing = _attempts.Count > 0;
        }

        _health.Clear(DeliveryPart);
        _refusals = 0;
        if (wasFailing)
        {
            // The service works again: whatever waits for a later try need not.
            _queue.Hurry();
        }
    }

    private int Failed(string id)
    {
        lock (_attempts)
        {
            return _attempts[id] = _attempts.GetValueOrDefault(id) + 1;
        }
    }

    // From half a second, doubling, to a quarter of a minute, each by a random part; and at least what the service asked for.
    private static TimeSpan Delay(int failures, TimeSpan? atLeast)
    {
        TimeSpan full = TimeSpan.FromSeconds(0.5) * Math.Pow(2, Math.Min(failures, 10) - 1);
        TimeSpan capped = full < Longest ? full : Longest;
        TimeSpan wait = capped * (0.5 + (RandomNumberGenerator.GetInt32(500) / 1000.0));
        return atLeast is { } asked && asked > wait ? asked + TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(200)) : wait;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(7030, LogLevel.Information, "The plugin {Plugin} works.")]
    private partial void LogWorks(string plugin);

    [LoggerMessage(7031, LogLevel.Error, "The plugin {Plugin} cannot work: {Reason} It is tried again; requests wait.")]
    private partial void LogCheckFailed(Exception? exception, string plugin, string reason);

    [LoggerMessage(7032, LogLevel.Warning, "The plugin {Plugin} does not hear of requests: {Reason} It is tried again.")]
    private partial void LogWatchLost(Exception? exception, string plugin, string reason);

    [LoggerMessage(7033, LogLevel.Warning, "The plugin {Plugin} failed with request {RequestId}, {Failures} times so far: {Reason} It is tried again.")]
    private partial void LogFailed(Exception? exception, string plugin, string requestId, int failures, string reason);

    [LoggerMessage(7034, LogLevel.Warning, "The plugin {Plugin} lost its connection for clicks: {Reason} It is opened again.")]
    private partial void LogConnectionLost(Exception? exception, string plugin, string reason);
}
