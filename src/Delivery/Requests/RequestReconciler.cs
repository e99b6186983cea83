using Microsoft.Extensions.Logging;
using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Delivery.Reviews;
using Teleport.Delivery.Routing;

namespace Teleport.Delivery.Requests;

/// <summary>Makes what a service shows of one request equal to what it should show. Run again after whatever failure, it goes on where it was.</summary>
internal sealed partial class RequestReconciler(
    IRequestDesk desk, RecordKeeper keeper, RecipientRouter router, TargetDelivery delivery, OnCallApproval onCall, AccessPluginOptions options,
    PluginHealth health, TimeProvider time, ILogger logger)
{
    private const string RoutePart = "recipients";
    private static readonly TimeSpan GivenUpAfter = TimeSpan.FromHours(1);

    /// <summary>Does what can be done now.</summary>
    /// <returns>When to come again; <c>null</c>: when the request changes.</returns>
    /// <exception cref="AccessPluginException">Something failed that is worth repeating.</exception>
    public async Task<TimeSpan?> RunAsync(string requestId, CancellationToken cancellationToken)
    {
        AccessRequest? request = await desk.GetAsync(requestId, cancellationToken);
        DeliveryRecord? record = await keeper.ReadAsync(requestId, cancellationToken);
        if (record is null && request?.Spec.State != AccessRequestState.Pending)
        {
            // Nobody was told of it, and there is nothing left to decide.
            return null;
        }

        AccessRequestView view = request is null ? RequestViews.Gone(record!.Request) : await ViewAsync(request, record, cancellationToken);
        if (request is null && time.GetUtcNow() > view.AccessExpires + GivenUpAfter)
        {
            LogGivenUp(requestId);
            return null;
        }

        if (record is not null && keeper.HeldFor(record) is { } held)
        {
            return held > TimeSpan.Zero ? held : TimeSpan.FromMilliseconds(50);
        }

        if (record is not null && !delivery.IsNeeded(record, view))
        {
            return null;
        }

        IReadOnlyList<string> recipients = record is null ? await router.RouteAsync(view, request!, cancellationToken) : [];
        record = await keeper.HoldAsync(requestId, present => present is null && record is not null ? null : Plan(present, view, recipients), cancellationToken);
        if (record is null)
        {
            // Another host took it, or it went away: look again.
            return TimeSpan.FromMilliseconds(250);
        }

        ReportRoute(requestId, record);
        return await DeliverAsync(requestId, record, view, cancellationToken);
    }

    private async Task<TimeSpan?> DeliverAsync(string requestId, DeliveryRecord record, AccessRequestView view, CancellationToken cancellationToken)
    {
        AccessPluginException? failure = null;
        foreach (string name in record.Targets.Keys.ToArray())
        {
            try
            {
                if (await delivery.DeliverAsync(requestId, record, name, view, cancellationToken) is not { } after)
                {
                    // Held by another host by now, or gone: that one goes on.
                    return TimeSpan.FromMilliseconds(250);
                }

                record = after;
            }
            catch (AccessPluginException e) when (e.Failure is AccessPluginFailure.Unavailable or AccessPluginFailure.Uncertain)
            {
                // The others are told; this one is tried again.
                failure = failure is null || e.RetryAfter > failure.RetryAfter ? e : failure;
            }
            catch (AccessPluginException e) when (e.Failure == AccessPluginFailure.Unauthorized)
            {
                await ReleaseAsync(requestId, cancellationToken);
                throw;
            }
        }

        record = await AskOnCallAsync(requestId, record, view, cancellationToken);
        await ReleaseAsync(requestId, cancellationToken);
        return failure is null ? null : throw failure;
    }

    private async Task<DeliveryRecord> AskOnCallAsync(string requestId, DeliveryRecord record, AccessRequestView view, CancellationToken cancellationToken)
    {
        if (!onCall.Concerns(view) || record.OnCallAsked)
        {
            return record;
        }

        await onCall.RunAsync(view, cancellationToken);
        return await keeper.UpdateHeldAsync(requestId, static r => r with { OnCallAsked = true }, cancellationToken) ?? record;
    }

    private Task<DeliveryRecord?> ReleaseAsync(string requestId, CancellationToken cancellationToken) =>
        keeper.UpdateHeldAsync(requestId, static r => r with { Holder = null, HeldUntil = null }, cancellationToken);

    // Pure: it may run several times.
    private DeliveryRecord Plan(DeliveryRecord? present, AccessRequestView view, IReadOnlyList<string> recipients)
    {
        if (present is not null)
        {
            return present with { Request = view };
        }

        var record = new DeliveryRecord { Request = view };
        foreach (string name in recipients)
        {
            record.Targets[name] = new TargetRecord { Salt = ClickToken.NewSalt() };
        }

        if (options.NotifyRequester != NotifyRequester.None)
        {
            record.Targets[TargetDelivery.RequesterKey] = new TargetRecord { IsRequester = true, Salt = ClickToken.NewSalt() };
        }

        return record;
    }

    private async Task<AccessRequestView> ViewAsync(AccessRequest request, DeliveryRecord? record, CancellationToken cancellationToken)
    {
        if (record is not null && request.Spec.RequestedResourceIds.Count > 0)
        {
            // Looked up once: what nodes are called is no news about the request.
            return RequestViews.Of(request, new Dictionary<string, string>()) with { Resources = record.Request.Resources };
        }

        IReadOnlyDictionary<string, string> names = new Dictionary<string, string>();
        if (request.Spec.RequestedResourceIds.Count > 0)
        {
            try
            {
                names = await desk.PreviewAsync(request.Metadata.Name, cancellationToken);
            }
            catch (TeleportException e) when (e.Code is not ErrorCode.Unavailable)
            {
                // To tell of a request without names is better than not to tell of it.
                LogNoNames(request.Metadata.Name, e.Message);
            }
        }

        return RequestViews.Of(request, names);
    }

    private void ReportRoute(string requestId, DeliveryRecord record)
    {
        if (record.Targets.Values.Any(static t => !t.IsRequester) || router.IsOwn(record.Request))
        {
            health.Clear(RoutePart);
            return;
        }

        LogNobody(requestId);
        health.Report(RoutePart, AccessPluginState.Degraded, $"Nobody was told of request {requestId}: no rule and no line of role_to_recipients fits; add one for \"*\".");
    }

    [LoggerMessage(7000, LogLevel.Warning, "Nobody is told of request {RequestId}: no rule and no line of role_to_recipients fits. Add one for \"*\".")]
    private partial void LogNobody(string requestId);

    [LoggerMessage(7001, LogLevel.Warning, "The resources of request {RequestId} are shown by id, since their names cannot be read: {Reason}")]
    private partial void LogNoNames(string requestId, string reason);

    [LoggerMessage(7002, LogLevel.Error, "Request {RequestId} is long over, and its last message could not be changed. It is left as it is.")]
    private partial void LogGivenUp(string requestId);
}
