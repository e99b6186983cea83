using System.Collections.Concurrent;
using System.Collections.Frozen;
using Grpc.Core;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Api.Resources.V1;
using Teleport.Auth.Requests;
using Teleport.Auth.Serving;

namespace Teleport.Auth.Watching;

/// <summary>Serves watches: what the caller may see of the present state, then every change, until the caller's certificate ends.</summary>
internal sealed class WatchFeed(WatchHub hub, Guard guard, RequestViews requests, LiveGrants grants, ServerLifetime lifetime, TimeProvider time)
{
    private const int MaxWatchesPerCaller = 32;
    private static readonly TimeSpan GrantPeriod = TimeSpan.FromSeconds(2);

    private static readonly FrozenSet<string> Watchable = new[]
    {
        ResourceKinds.Role, ResourceKinds.User, ResourceKinds.Node, ResourceKinds.Proxy, ResourceKinds.AuthServer, ResourceKinds.CertAuthority,
        ResourceKinds.ClusterName, ResourceKinds.AuthPreference, ResourceKinds.NetworkingConfig, ResourceKinds.RecordingConfig,
        ResourceKinds.AccessRequest, ResourceKinds.AccessMonitoringRule,
    }.ToFrozenSet(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<string, int> _running = new(StringComparer.Ordinal);

    public async Task ServeAsync(WatchRequest request, IServerStreamWriter<WatchEvent> stream, ServerCallContext context)
    {
        Caller caller = context.GetCaller();
        IReadOnlySet<string> kinds = await RequireKindsAsync(request, context);
        if (request.AfterRevision < 0)
        {
            throw TeleportException.Invalid("after_revision must not be negative.");
        }

        if (caller.User is not null && request.AfterRevision != 0)
        {
            // What a user could see at an earlier revision is not known any more.
            throw TeleportException.Invalid("Users watch from the present state: leave after_revision out.");
        }

        Enter(caller);
        try
        {
            DateTimeOffset expires = caller.User?.Expires ?? caller.Host!.Expires;
            using var expired = new CancellationTokenSource(Clamp(expires - time.GetUtcNow()), time);
            using var ended = new CancellationTokenSource();
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, expired.Token, ended.Token, lifetime.Stopping);
            Task watching = EndWithGrantAsync(caller, ended, stop.Token);
            try
            {
                await hub.Loaded.WaitAsync(stop.Token);
                using WatchReader reader = hub.Open(kinds, request.AfterRevision);
                var view = new WatchView(await guard.RolesOfAsync(caller, stop.Token)) { IsResumed = request.AfterRevision != 0 };
                await SendAsync(reader, view, stream, caller, stop.Token);
            }
            catch (OperationCanceledException) when (ended.IsCancellationRequested)
            {
                throw TeleportException.AccessDenied("An access request of this certificate is over. Get another certificate: tsh request drop");
            }
            catch (OperationCanceledException) when (expired.IsCancellationRequested)
            {
                throw new TeleportException(ErrorCode.Unauthenticated, "The client certificate has expired. Watch again with a new one.");
            }
            catch (OperationCanceledException) when (lifetime.Stopping.IsCancellationRequested && !context.CancellationToken.IsCancellationRequested)
            {
                throw TeleportException.Unavailable("The auth service is stopping; watch again after the last revision that was received.");
            }
            finally
            {
                await stop.CancelAsync();
                await watching;
            }
        }
        finally
        {
            _running.AddOrUpdate(caller.Name, 0, static (_, count) => count - 1);
            _running.TryRemove(new KeyValuePair<string, int>(caller.Name, 0));
        }
    }

    /// <summary>Ends a watch by a certificate with access requests when one of them is over.</summary>
    private async Task EndWithGrantAsync(Caller caller, CancellationTokenSource ended, CancellationToken stop)
    {
        try
        {
            while (caller.User is { ActiveRequests.Count: > 0 })
            {
                await Task.Delay(GrantPeriod, time, stop);
                // What was gone already when the watch began is not among the caller's roles any more.
                Caller now = await grants.ReduceAsync(caller, stop);
                if (now.User!.Roles.Count < caller.User.Roles.Count)
                {
                    await ended.CancelAsync();
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The watch ended by itself.
        }
        catch
        {
            // Whether the grant lives is not known: deny when in doubt. Whoever awaits this hears why.
            await ended.CancelAsync();
            throw;
        }
    }

    private async Task SendAsync(
        WatchReader reader, WatchView view, IServerStreamWriter<WatchEvent> stream, Caller caller, CancellationToken cancellationToken)
    {
        view.Requests = await requests.OfAsync(caller, cancellationToken);
        foreach (WatchChange change in reader.Backlog)
        {
            await SendAsync(view, change, stream, cancellationToken);
        }

        // Also where nothing was missed: whoever resumes learns that the watch runs.
        await stream.WriteAsync(new WatchEvent { Type = WatchEvent.Types.Type.InitDone, Revision = reader.Revision }, cancellationToken);
        await foreach (WatchChange change in reader.ReadAsync(cancellationToken))
        {
            // What roles allow to see follows the roles.
            if (change.Kind == ResourceKinds.Role && view.Roles is not null)
            {
                view.Roles = await guard.RolesOfAsync(caller, cancellationToken);
            }

            // So does who may review, which no role need have changed for.
            if (change.Kind == ResourceKinds.AccessRequest && view.Roles is not null)
            {
                view.Requests = await requests.OfAsync(caller, cancellationToken);
            }

            await SendAsync(view, change, stream, cancellationToken);
        }
    }

    private static async Task SendAsync(WatchView view, WatchChange change, IServerStreamWriter<WatchEvent> stream, CancellationToken cancellationToken)
    {
        if (view.Event(change) is { } told)
        {
            await stream.WriteAsync(told, cancellationToken);
        }
    }

    private async Task<IReadOnlySet<string>> RequireKindsAsync(WatchRequest request, ServerCallContext context)
    {
        if (request.Kinds.Count == 0 || request.Kinds.FirstOrDefault(k => !Watchable.Contains(k)) is not null)
        {
            throw TeleportException.Invalid($"A watch names kinds of {string.Join(", ", Watchable.Order(StringComparer.Ordinal))}.");
        }

        var kinds = new HashSet<string>(request.Kinds, StringComparer.Ordinal);
        foreach (string kind in kinds)
        {
            // Everybody may ask to be told of own requests; the view leaves out the others.
            if (kind == ResourceKinds.AccessRequest && context.GetCaller().User is not null)
            {
                continue;
            }

            await guard.RequireAsync(context, kind, Verbs.List);
        }

        return kinds;
    }

    private void Enter(Caller caller)
    {
        if (_running.AddOrUpdate(caller.Name, 1, static (_, count) => count + 1) > MaxWatchesPerCaller)
        {
            _running.AddOrUpdate(caller.Name, 0, static (_, count) => count - 1);
            throw TeleportException.Limit($"{caller.Name} has {MaxWatchesPerCaller} watches already.");
        }
    }

    // A timer cannot be set for longer than this; certificates of 30 days are below it.
    private static TimeSpan Clamp(TimeSpan left) =>
        left < TimeSpan.Zero ? TimeSpan.Zero : left > TimeSpan.FromDays(40) ? TimeSpan.FromDays(40) : left;
}
