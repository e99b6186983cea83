using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Delivery.Messages;
using Teleport.Delivery.Requests;

namespace Teleport.Delivery.Reviews;

/// <summary>Carries clicks to the auth service, one after the other for each worker, and tells people why theirs did nothing.</summary>
internal sealed partial class ReviewDesk(
    string pluginName, IReviewingAccessPlugin plugin, IRequestDesk desk, RecordKeeper keeper, MessageComposer composer, RequestQueue queue,
    Action<string, string> reject, TimeProvider time, ILogger logger) : IClickSink
{
    // The same for an unknown person and one without right: nobody learns who is a reviewer.
    private const string NoRight = "You may not review this request.";
    private const string Over = "This request is decided already, has expired, or you have reviewed it.";
    private const string Stale = "This button does not work any more. Open the request in Teleport.";

    private const int MaxWaiting = 1000;
    private const int Workers = 4;
    private static readonly TimeSpan NotPostedYet = TimeSpan.FromSeconds(3);

    private readonly Channel<ReviewClick> _clicks = Channel.CreateBounded<ReviewClick>(MaxWaiting);

    public ValueTask OfferAsync(ReviewClick click, CancellationToken cancellationToken) => _clicks.Writer.WriteAsync(click, cancellationToken);

    /// <summary>Told by plugins with a connection of their own.</summary>
    public Action<string?> OnConnection { get; set; } = static _ => { };

    public void ReportConnection(string? trouble) => OnConnection(trouble);

    public Task RunAsync(CancellationToken cancellationToken) => Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => WorkAsync(cancellationToken)));

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        await foreach (ReviewClick click in _clicks.Reader.ReadAllAsync(cancellationToken))
        {
            try
            {
                string? refusal = await JudgeAsync(click, cancellationToken);
                DeliveryMetrics.Clicks.Add(1, new("plugin", pluginName), new("outcome", refusal is null ? "recorded" : "refused"));
                if (refusal is not null)
                {
                    await plugin.TellAsync(click, refusal, cancellationToken);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                throw;
            }
            // The boundary to a plugin: one click that fails must not end the others.
            catch (Exception e)
            {
                LogClickFailed(e is AccessPluginException or TeleportException ? null : e, pluginName, e.Message);
            }
        }
    }

    /// <summary>What to tell the person; <c>null</c>: the review is recorded.</summary>
    private async Task<string?> JudgeAsync(ReviewClick click, CancellationToken cancellationToken)
    {
        (string requestId, AccessRequestState decision)? meant = await FindAsync(click, cancellationToken);
        if (meant is not { } found)
        {
            reject("bad_token", "");
            return Stale;
        }

        string id = $"(click {DeliveryIdOf(click)})";
        try
        {
            ClickAccount account = await plugin.IdentifyAsync(click.Account, cancellationToken);
            if ((account.Tenant, account.UserId) != (click.Account.Tenant, click.Account.UserId))
            {
                // What was asked about was another account than the one that clicked.
                reject("other_account", "");
                return NoRight;
            }

            ReviewVerdict verdict = await desk.SubmitForAsync(
                new ReviewSubmission { RequestId = found.requestId, Click = click with { Account = account }, Decision = found.decision }, cancellationToken);
            queue.Add(found.requestId);
            return verdict switch
            {
                ReviewVerdict.Recorded => null,
                ReviewVerdict.Confirm => $"Confirm your review with a second factor: {Where(found.requestId)}",
                _ => $"This request is decided in Teleport only: {Where(found.requestId)}",
            };
        }
        catch (TeleportException e) when (e.Code is ErrorCode.AccessDenied or ErrorCode.Unauthenticated)
        {
            LogRefused(pluginName, found.requestId, e.Message);
            return NoRight;
        }
        catch (TeleportException e) when (e.Code is ErrorCode.Conflict or ErrorCode.NotFound)
        {
            // The message may still have its buttons.
            queue.Add(found.requestId);
            return Over;
        }
        catch (AccessPluginException e) when (e.Failure is AccessPluginFailure.Gone or AccessPluginFailure.Refused)
        {
            LogRefused(pluginName, found.requestId, e.Message);
            return NoRight;
        }
        catch (Exception e) when (e is TeleportException or AccessPluginException)
        {
            LogClickFailed(null, pluginName, e.Message);
            return $"Your review was not recorded, since something failed; try again. {id}";
        }
    }

    // The request and the decision that a click is about, if it belongs to a message of ours.
    private async Task<(string RequestId, AccessRequestState Decision)?> FindAsync(ReviewClick click, CancellationToken cancellationToken)
    {
        ClickToken? token = ClickToken.TryParse(click.Token);
        bool isByMessage = plugin.Proof == ClickProof.Message;
        string? requestId = isByMessage && Guid.TryParse(click.Token, out Guid id) ? id.ToString("D") : token?.RequestId;
        AccessRequestState decision = isByMessage ? click.Decision : token?.Decision ?? AccessRequestState.None;
        if (requestId is null || decision is not (AccessRequestState.Approved or AccessRequestState.Denied))
        {
            return null;
        }

        long started = time.GetTimestamp();
        while (true)
        {
            DeliveryRecord? record = await keeper.ReadAsync(requestId, cancellationToken);
            IEnumerable<KeyValuePair<string, TargetRecord>> candidates = record?.Targets.Where(t => !t.Value.IsRequester) ?? [];
            if (candidates.Any(t => t.Value.State == TargetState.Posted && t.Value.Posted == click.Posted && (isByMessage || token!.IsFor(t.Key, t.Value.Salt))))
            {
                return (requestId, decision);
            }

            // Somebody may be faster than the note of where the message is.
            if (record?.Targets.Values.Any(static t => t.State == TargetState.Sending) != true || time.GetElapsedTime(started) > NotPostedYet)
            {
                return null;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellationToken);
        }
    }

    private string Where(string requestId) => composer.LinkTo(requestId)?.AbsoluteUri ?? $"tsh request review {requestId}";

    private static string DeliveryIdOf(ReviewClick click) => CallbackSignatures.DeliveryIdOf(click.Id)[..12];

    [LoggerMessage(7013, LogLevel.Information, "A click through {Plugin} on request {RequestId} is refused: {Reason}")]
    private partial void LogRefused(string plugin, string requestId, string reason);

    [LoggerMessage(7014, LogLevel.Warning, "A click through {Plugin} failed: {Reason}")]
    private partial void LogClickFailed(Exception? exception, string plugin, string reason);
}
