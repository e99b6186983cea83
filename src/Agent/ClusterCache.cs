using System.Text.Json;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Api.Resources.V1;

namespace Teleport.Agent;

/// <summary>A copy of the cluster's state that follows the auth service, and stays as it was while that is away.</summary>
/// <remarks>The snapshot is swapped whole: readers take <see cref="Current"/> once and see one state. Safe for use by several threads.</remarks>
public sealed partial class ClusterCache : IAsyncDisposable
{
    private static readonly string[] Always =
    [
        ResourceKinds.CertAuthority, ResourceKinds.Role, ResourceKinds.AuthPreference, ResourceKinds.NetworkingConfig, ResourceKinds.RecordingConfig,
        ResourceKinds.AccessRequest,
    ];

    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private readonly ResourceService.ResourceServiceClient _auth;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string[] _kinds;
    private readonly Task _loop;
    private volatile ClusterSnapshot _current;
    private volatile bool _isConnected;
    private TaskCompletionSource _changed = NewSignal();
    private long _lastHeard;

    // Up to which revision the present snapshot is complete; 0: it never was, or is not any more.
    private long _revision;

    internal ClusterCache(ResourceService.ResourceServiceClient auth, string clusterName, IEnumerable<string> kinds, TimeProvider time, ILogger logger)
    {
        (_auth, _time, _logger) = (auth, time, logger);
        _kinds = [.. Always.Union(kinds)];
        _current = new ClusterSnapshot { ClusterName = clusterName };
        _lastHeard = time.GetTimestamp();
        _loop = Task.Run(RunAsync);
    }

    /// <summary>The state as last heard.</summary>
    public ClusterSnapshot Current => _current;

    /// <summary>For how long the auth service has not been heard; zero while it is.</summary>
    public TimeSpan Staleness => _isConnected ? TimeSpan.Zero : _time.GetElapsedTime(Interlocked.Read(ref _lastHeard));

    /// <summary>Whether changes arrive now.</summary>
    public bool IsConnected => _isConnected;

    /// <summary>Completes when the state has been heard once in full.</summary>
    public Task ReadyAsync(CancellationToken cancellationToken) => _ready.Task.WaitAsync(cancellationToken);

    /// <summary>Completes at the next change. Take it before reading <see cref="Current"/>, so that none is missed.</summary>
    public Task NextChange => Volatile.Read(ref _changed).Task;

    /// <summary>Waits until the state is as wanted.</summary>
    public async Task<ClusterSnapshot> WaitForAsync(Func<ClusterSnapshot, bool> predicate, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        while (true)
        {
            Task next = NextChange;
            if (_current is var current && predicate(current))
            {
                return current;
            }

            await next.WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var backoff = new Backoff(_time);
        while (true)
        {
            try
            {
                await FollowAsync(backoff);
                LogLost("it ended the watch.");
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            // The watch is a supervision boundary: whatever ends it is reported and it begins again.
            catch (Exception e)
            {
                // Anything but trouble of the connection: the changes since then are no longer known, or make no sense. Hear everything anew.
                if (e is not TeleportException { Code: ErrorCode.Unavailable or ErrorCode.Limit })
                {
                    _revision = 0;
                }

                LogLost(e.Message);
            }

            if (_isConnected)
            {
                Interlocked.Exchange(ref _lastHeard, _time.GetTimestamp());
                _isConnected = false;
            }

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

    /// <summary>Follows until the watch ends. From the beginning, what is not sent again is gone: that state is collected apart and swapped in whole.</summary>
    private async Task FollowAsync(Backoff backoff)
    {
        using AsyncServerStreamingCall<WatchEvent> call = _auth.Watch(
            new WatchRequest { Kinds = { _kinds }, AfterRevision = _revision }, cancellationToken: _stop.Token);
        bool collecting = _revision == 0;
        ClusterSnapshot next = collecting ? new ClusterSnapshot { ClusterName = _current.ClusterName } : _current;
        while (await call.ResponseStream.MoveNext(_stop.Token))
        {
            WatchEvent change = call.ResponseStream.Current;
            next = Apply(next, change);
            collecting &= change.Type != WatchEvent.Types.Type.InitDone;
            if (collecting)
            {
                // The beginning of a state is no state: if the watch breaks here, it is collected anew.
                continue;
            }

            _revision = Math.Max(_revision, change.Revision);
            _current = next;
            _isConnected = true;
            backoff.Reset();
            _ready.TrySetResult();
            Interlocked.Exchange(ref _changed, NewSignal()).SetResult();
        }
    }

    private ClusterSnapshot Apply(ClusterSnapshot snapshot, WatchEvent change)
    {
        try
        {
            return change.Type switch
            {
                WatchEvent.Types.Type.Put => snapshot.With(ResourceJson.Deserialize(change.Resource.Kind, change.Resource.Json.Span)),
                WatchEvent.Types.Type.Delete => snapshot.Without(change.Resource.Kind, change.Resource.Name),
                _ => snapshot,
            };
        }
        catch (Exception e) when (e is JsonException or TeleportException)
        {
            // A resource that this version does not understand must not stop the rest; it grants nothing here.
            LogNotUnderstood(change.Resource.Kind, change.Resource.Name, e.Message);
            return snapshot.WithUnknown(change.Resource.Kind, change.Resource.Name);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(1120, LogLevel.Warning, "Lost touch with the auth service: {Reason} The state as last heard is used until it is back.")]
    private partial void LogLost(string reason);

    [LoggerMessage(1121, LogLevel.Warning, "The {Kind} {Name} is not understood and is left out: {Reason} Is this service older than the auth service?")]
    private partial void LogNotUnderstood(string kind, string name, string reason);
}
