using System.Threading.RateLimiting;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Errors;

namespace Teleport.Delivery.Reviews;

/// <summary>Lets in callbacks that are genuine and new. Nothing of any other is parsed, and what happened is put on record.</summary>
internal sealed partial class CallbackGate(
    string pluginName, IReviewingAccessPlugin plugin, IRequestDesk desk, ReviewDesk reviews, Action<string, string> reject, OwnedWork work, ILogger logger)
    : IAsyncDisposable
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(2.5);
    private static readonly TimeSpan WorkLimit = TimeSpan.FromSeconds(60);

    private readonly TokenBucketRateLimiter _records = new(new TokenBucketRateLimiterOptions
    {
        TokenLimit = 20, TokensPerPeriod = 1, ReplenishmentPeriod = TimeSpan.FromSeconds(1), QueueLimit = 0,
    });

    public ValueTask DisposeAsync() => _records.DisposeAsync();

    public async Task<CallbackAnswer> HandleAsync(CallbackRequest request, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(AnswerLimit);
        try
        {
            CallbackVerdict verdict = plugin.TakesReviews ? await plugin.VerifyAsync(request, limit.Token) : CallbackVerdict.Reject("reviews_off");
            if (verdict.Rejection is { } reason)
            {
                Reject(reason, request.RemoteAddress);
                return CallbackAnswer.Of(401);
            }

            // Before anything is done: of two hosts that get the same delivery one acts.
            if (!await desk.SeenOnceAsync(verdict.DeliveryId, CallbackSignatures.Window * 2, limit.Token))
            {
                DeliveryMetrics.Rejected.Add(1, new("plugin", pluginName), new("reason", "replayed"));
                return CallbackAnswer.Of(200);
            }

            CallbackAnswer answer = await plugin.ReceiveAsync(request, limit.Token);
            if (answer.Then is { } then)
            {
                work.Start(stop => FollowAsync(then, stop));
            }

            return answer;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailed(null, pluginName, $"no answer within {AnswerLimit.TotalSeconds} s");
            return CallbackAnswer.Of(503);
        }
        catch (Exception e) when (e is AccessPluginException or TeleportException)
        {
            LogFailed(null, pluginName, e.Message);
            return CallbackAnswer.Of(503);
        }
        // The boundary to a plugin: whatever it throws at bytes of a stranger ends here.
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(e, pluginName, e.Message);
            return CallbackAnswer.Of(400);
        }
    }

    private async Task FollowAsync(Func<CancellationToken, Task<IReadOnlyList<ReviewClick>>> then, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(WorkLimit);
        try
        {
            foreach (ReviewClick click in await then(limit.Token))
            {
                await reviews.OfferAsync(click, limit.Token);
            }
        }
        // The boundary to a plugin: the callback is answered already, so this is the only place that can say what failed.
        catch (Exception e)
        {
            LogFailed(e is AccessPluginException or TeleportException or OperationCanceledException ? null : e, pluginName, e.Message);
        }
    }

    private void Reject(string reason, string address)
    {
        DeliveryMetrics.Rejected.Add(1, new("plugin", pluginName), new("reason", reason));
        using RateLimitLease lease = _records.AttemptAcquire();
        if (lease.IsAcquired)
        {
            reject(reason, address);
        }
    }

    [LoggerMessage(7015, LogLevel.Warning, "A callback for {Plugin} failed: {Reason}")]
    private partial void LogFailed(Exception? exception, string plugin, string reason);
}
