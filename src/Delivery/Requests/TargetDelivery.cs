using Microsoft.Extensions.Logging;
using Teleport.Abstractions.AccessPlugins;
using Teleport.Delivery.Messages;
using Teleport.Delivery.Routing;

namespace Teleport.Delivery.Requests;

/// <summary>Brings one recipient up to date: finds, posts, changes, replies. Each step is noted before and after, so that nothing is done twice.</summary>
internal sealed partial class TargetDelivery(
    string pluginName, IAccessPlugin plugin, AccessPluginOptions options, RecipientBook book, MessageComposer composer, RecordKeeper keeper, ChannelPace pace,
    PluginHealth health, ILogger logger)
{
    /// <summary>The name of the requester's target: no name of a recipient begins so.</summary>
    public const string RequesterKey = "\u0001requester";

    private KeyValuePair<string, object?> Tag => new("plugin", pluginName);

    private bool HasButtons => plugin is IReviewingAccessPlugin { TakesReviews: true };

    /// <summary>Whether anything is to be done.</summary>
    public bool IsNeeded(DeliveryRecord record, AccessRequestView view) =>
        record.Request.Standing != view.Standing || record.Targets.Any(target => IsNeeded(target.Key, target.Value, view));

    /// <summary>Brings a target up to date.</summary>
    /// <returns>The entry afterwards; <c>null</c>: this host does not hold it any more.</returns>
    public async Task<DeliveryRecord?> DeliverAsync(
        string requestId, DeliveryRecord record, string name, AccessRequestView view, CancellationToken cancellationToken)
    {
        TargetRecord target = record.Targets[name];
        if (!IsNeeded(name, target, view))
        {
            return record;
        }

        try
        {
            var step = new Step(requestId, name, view);
            DeliveryRecord? after = target.Id is null ? await ResolveAsync(step, record, cancellationToken) : record;
            if (after is not null && after.Targets[name] is { IsDone: false, State: not TargetState.Posted })
            {
                after = await PostAsync(step, after, cancellationToken);
            }

            if (after is not null && after.Targets[name].State == TargetState.Posted)
            {
                after = await ShowAsync(step, after, cancellationToken);
            }

            health.Clear("delivery");
            health.Clear($"recipient {name}");
            return after;
        }
        catch (AccessPluginException e) when (e.Failure is AccessPluginFailure.Gone or AccessPluginFailure.Refused)
        {
            return await GiveUpAsync(requestId, name, target, e, cancellationToken);
        }
        catch (AccessPluginException e)
        {
            DeliveryMetrics.Failed.Add(1, Tag, new("failure", e.Failure.ToString()));
            throw;
        }
    }

    private bool IsNeeded(string name, TargetRecord target, AccessRequestView view)
    {
        if (target.IsDone || (target.IsRequester && !IsRequesterTold(view)))
        {
            return false;
        }

        return target.State != TargetState.Posted
            || MessageComposer.Fingerprint(composer.Compose(view, name, target, HasButtons)) != target.Shown
            || (!target.IsRequester && view.Reviews.Any(review => !target.Told.Contains(review.Id)));
    }

    private bool IsRequesterTold(AccessRequestView view) => options.NotifyRequester switch
    {
        NotifyRequester.All => true,
        NotifyRequester.Resolution => view.IsDecided,
        _ => false,
    };

    private async Task<DeliveryRecord?> ResolveAsync(Step step, DeliveryRecord record, CancellationToken cancellationToken)
    {
        TargetRecord target = record.Targets[step.Name];
        Recipient recipient = await book.FindAsync(target.IsRequester ? step.View.User : step.Name, cancellationToken);
        if (target.IsRequester && !recipient.IsPerson)
        {
            throw new AccessPluginException(AccessPluginFailure.Gone, "The requester cannot be told in private.");
        }

        return await keeper.UpdateHeldAsync(step.RequestId, present => With(present, step.Name, t =>
        {
            // Two names of one recipient: the first is told.
            bool isSame = !t.IsRequester && present.Targets.Any(other => other.Key != step.Name && !other.Value.IsRequester && other.Value.Id == recipient.Id);
            return t with { Id = recipient.Id, IsPerson = recipient.IsPerson, State = isSame ? TargetState.Same : t.State };
        }), cancellationToken);
    }

    private async Task<DeliveryRecord?> PostAsync(Step step, DeliveryRecord record, CancellationToken cancellationToken)
    {
        TargetRecord target = record.Targets[step.Name];
        AccessMessage message = composer.Compose(step.View, step.Name, target, HasButtons);
        PostedMessage? posted = null;
        if (target.State == TargetState.Sending)
        {
            // A call of which nobody knows the end: this host's before it was killed, or another's.
            posted = await plugin.FindAsync(message, cancellationToken);
        }

        DeliveryRecord? held = await keeper.UpdateHeldAsync(
            step.RequestId, present => Renewed(With(present, step.Name, static t => t with { State = TargetState.Sending })), cancellationToken);
        if (held is null)
        {
            return null;
        }

        // What was found, or what a service took for a repetition of it, may be of an earlier state of the request.
        bool isCertain = target.State == TargetState.Planned;
        if (posted is null)
        {
            await pace.WaitAsync(target.Id!, cancellationToken);
            posted = await PostAsync(step, message, cancellationToken);
            DeliveryMetrics.Delivered.Add(1, Tag, new("what", "post"));
        }

        return await keeper.UpdateHeldAsync(step.RequestId, present => With(present, step.Name, t => t with
        {
            State = TargetState.Posted,
            Channel = posted.Channel,
            Message = posted.Message,
            Shown = isCertain ? MessageComposer.Fingerprint(message) : null,
        }), cancellationToken);
    }

    // A failure after which nothing can have been posted takes back the note that something may have been.
    private async Task<PostedMessage> PostAsync(Step step, AccessMessage message, CancellationToken cancellationToken)
    {
        try
        {
            return await plugin.PostAsync(message, cancellationToken);
        }
        catch (AccessPluginException e) when (e.Failure is AccessPluginFailure.Unavailable or AccessPluginFailure.Unauthorized)
        {
            await keeper.UpdateHeldAsync(step.RequestId, present => With(present, step.Name, static t => t with { State = TargetState.Planned }), cancellationToken);
            throw;
        }
    }

    private async Task<DeliveryRecord?> ShowAsync(Step step, DeliveryRecord record, CancellationToken cancellationToken)
    {
        DeliveryRecord? after = record;
        TargetRecord target = record.Targets[step.Name];
        AccessMessage message = composer.Compose(step.View, step.Name, target, HasButtons);
        string shown = MessageComposer.Fingerprint(message);
        if (target.Shown != shown)
        {
            await pace.WaitAsync(target.Id!, cancellationToken);
            await plugin.UpdateAsync(target.Posted, message, cancellationToken);
            DeliveryMetrics.Delivered.Add(1, Tag, new("what", "update"));
            after = await keeper.UpdateHeldAsync(step.RequestId, present => Renewed(With(present, step.Name, t => t with { Shown = shown })), cancellationToken);
        }

        if (target.IsRequester)
        {
            return after;
        }

        foreach (AccessReviewView review in step.View.Reviews.Where(review => !target.Told.Contains(review.Id)))
        {
            if (after is null)
            {
                return null;
            }

            await pace.WaitAsync(target.Id!, cancellationToken);
            await plugin.ReplyAsync(target.Posted, composer.Compose(step.View, review), cancellationToken);
            DeliveryMetrics.Delivered.Add(1, Tag, new("what", "reply"));
            after = await keeper.UpdateHeldAsync(
                step.RequestId, present => Renewed(With(present, step.Name, t => t with { Told = [.. t.Told, review.Id] })), cancellationToken);
        }

        return after;
    }

    private async Task<DeliveryRecord?> GiveUpAsync(
        string requestId, string name, TargetRecord target, AccessPluginException reason, CancellationToken cancellationToken)
    {
        if (!target.IsRequester)
        {
            DeliveryMetrics.GivenUp.Add(1, Tag);
            LogGivenUp(pluginName, name, requestId, reason.Message);
            if (target.State != TargetState.Posted)
            {
                health.Report($"recipient {name}", AccessPluginState.Degraded, $"The recipient {name} cannot be told: {reason.Message}");
            }
        }

        TargetState state = target.State == TargetState.Posted && reason.Failure == AccessPluginFailure.Gone ? TargetState.Gone : TargetState.Dead;
        return await keeper.UpdateHeldAsync(requestId, present => With(present, name, t => t with { State = state }), cancellationToken);
    }

    private DeliveryRecord Renewed(DeliveryRecord record) => keeper.IsHoldEnding(record) ? keeper.Extend(record) : record;

    private static DeliveryRecord With(DeliveryRecord record, string name, Func<TargetRecord, TargetRecord> change) =>
        record with { Targets = new Dictionary<string, TargetRecord>(record.Targets) { [name] = change(record.Targets[name]) } };

    [LoggerMessage(7003, LogLevel.Warning, "The plugin {Plugin} gives up on {Recipient} for request {RequestId}: {Reason}")]
    private partial void LogGivenUp(string plugin, string recipient, string requestId, string reason);

    private sealed record Step(string RequestId, string Name, AccessRequestView View);
}
