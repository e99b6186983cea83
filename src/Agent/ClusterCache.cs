using System.Text.Json;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Api;
using Teleport.Api.Resources.V1;

namespace Teleport.Agent;

/// <summary>A copy of the cluster's state that follows the auth service, and stays as it was while that is away.</summary>
/// <remarks>The snapshot is swapped whole: readers take <see cref="Current"/> once and see one state. Safe for use by several threads.</remarks>
public sealed partial class ClusterCache : IAsyncDisposable
{
    private static readonly string[] Always =
    [
        ResourceKinds.CertAuthority, ResourceKinds.Role, ResourceKinds.AuthPreference, ResourceKinds.NetworkingConfig, ResourceKinds.RecordingConfig,
    ];

    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private readonly AuthClient _auth;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string[] _kinds;
    private readonly Task _loop;
    private volatile ClusterSnapshot _current;
    private TaskCompletionSource _changed = NewSignal();
    private long _lastHeard;
    private long _revision;

    internal ClusterCache(AuthClient auth, string clusterName, IEnumerable<string> kinds, TimeProvider time, ILogger logger)
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
    public TimeSpan Staleness => IsConnected ? TimeSpan.Zero : _time.GetElapsedTime(Interlocked.Read(ref _lastHeard));

    /// <summary>Whether changes arrive now.</summary>
    public bool IsConnected { get; private set; }

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
        long revision = 0;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                revision = await FollowAsync(revision, backoff);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                break;
            }
            // The watch is a supervision boundary: whatever ends it is reported and it begins again.
            catch (Exception e)
            {
                // Changes after that revision are no longer known, or make no sense: hear everything anew.
                bool startOver = e is not TeleportException { Code: ErrorCode.Unavailable or ErrorCode.Limit };
                revision = startOver ? 0 : _revision;
                LogLost(e.Message);
            }

            IsConnected = false;
            try
            {
                await backoff.WaitAsync(_stop.Token);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }
    }

    private async Task<long> FollowAsync(long afterRevision, Backoff backoff)
    {
        using AsyncServerStreamingCall<WatchEvent> call = _auth.Resources.Watch(
            new WatchRequest { Kinds = { _kinds }, AfterRevision = afterRevision }, cancellationToken: _stop.Token);
        // From the beginning: what is not sent again is gone, so the present state is collected apart and swapped in whole.
        ClusterSnapshot next = afterRevision == 0 ? new ClusterSnapshot { ClusterName = _current.ClusterName } : _current;
        bool collecting = afterRevision == 0;
        while (await call.ResponseStream.MoveNext(_stop.Token))
        {
            WatchEvent change = call.ResponseStream.Current;
            next = Apply(next, change);
            _revision = Math.Max(_revision, change.Revision);
            Interlocked.Exchange(ref _lastHeard, _time.GetTimestamp());
            if (change.Type == WatchEvent.Types.Type.InitDone)
            {
                collecting = false;
            }

            if (!collecting)
            {
                IsConnected = true;
                backoff.Reset();
                _current = next;
                _ready.TrySetResult();
                Interlocked.Exchange(ref _changed, NewSignal()).SetResult();
            }
        }

        return _revision;
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
            return snapshot.Without(change.Resource.Kind, change.Resource.Name);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(1120, LogLevel.Warning, "Lost touch with the auth service: {Reason} The state as last heard is used until it is back.")]
    private partial void LogLost(string reason);

    [LoggerMessage(1121, LogLevel.Warning, "The {Kind} {Name} is not understood and is left out: {Reason} Is this service older than the auth service?")]
    private partial void LogNotUnderstood(string kind, string name, string reason);
}
