using System.Text;
using System.Text.Json;
using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Security;

namespace Teleport.AccessPlugins.Slack;

/// <summary>Tells channels and people of Slack; takes clicks over Socket Mode or HTTP.</summary>
internal sealed class SlackAccessPlugin(SlackOptions options, IAccessPluginContext context) : IReviewingAccessPlugin
{
    private const int MaxChannelPages = 20;

    private readonly SlackApi _api = new(options, context);

    public MessageFormat Format { get; } = new()
    {
        Markup = TextMarkup.Slack,
        MaxTitle = 150,
        MaxBody = 3000,
        MaxReply = 3000,
        ChannelPeriod = TimeSpan.FromSeconds(1),
    };

    public bool TakesReviews => options.Mode != SlackMode.Notify;

    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        AuthTestAnswer answer = await _api.TestAsync(cancellationToken);
        if (options.WorkspaceIds.Count > 0 && !options.WorkspaceIds.Contains(answer.TeamId ?? ""))
        {
            throw new AccessPluginException(
                AccessPluginFailure.Refused, $"The token is of the workspace {answer.TeamId}, which is not among workspace_ids. Put the right token into its file, or correct the list.");
        }
    }

    public async Task<Recipient> ResolveAsync(string name, CancellationToken cancellationToken)
    {
        if (name.Contains('@', StringComparison.Ordinal))
        {
            UserAnswer answer = await _api.LookUpByEmailAsync(name, cancellationToken);
            return Person(answer.User, name);
        }

        if (name.Length >= 9 && name[0] is ('U' or 'W') && name.All(static c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c)))
        {
            UserAnswer answer = await _api.UserAsync(name, cancellationToken);
            return Person(answer.User, name);
        }

        string channel = name.TrimStart('#');
        return new Recipient(await FindChannelAsync(channel, cancellationToken) ?? channel);
    }

    // The scopes for it are optional: Slack posts by name as well, but shows what was posted by id only.
    private async Task<string?> FindChannelAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            string cursor = "";
            for (int page = 0; page < MaxChannelPages; page++)
            {
                ChannelsAnswer answer = await _api.ChannelsAsync(cursor, cancellationToken);
                if (answer.Channels?.FirstOrDefault(c => c.Id == name || name.Equals(c.Name, StringComparison.OrdinalIgnoreCase))?.Id is { } id)
                {
                    return id;
                }

                if (answer.ResponseMetadata?.NextCursor is not { Length: > 0 } next)
                {
                    break;
                }

                cursor = next;
            }
        }
        catch (AccessPluginException e) when (e.Failure is AccessPluginFailure.Unauthorized or AccessPluginFailure.Refused)
        {
            return null;
        }

        return null;
    }

    public async Task<PostedMessage?> FindAsync(AccessMessage message, CancellationToken cancellationToken)
    {
        try
        {
            string channel = message.Recipient.IsPerson
                ? (await _api.OpenConversationAsync(message.Recipient.Id, cancellationToken)).Channel?.Id ?? ""
                : message.Recipient.Id;
            HistoryAnswer history = await _api.HistoryAsync(channel, cancellationToken);
            string? time = history.Messages?.FirstOrDefault(m => m.Metadata is { EventType: SlackMessages.EventType, EventPayload.Key: { } key } && key == message.Key)?.Ts;
            return time is null ? null : new PostedMessage(channel, time);
        }
        catch (AccessPluginException e) when (e.Failure is AccessPluginFailure.Unauthorized or AccessPluginFailure.Gone or AccessPluginFailure.Refused)
        {
            // The scopes for history are optional: without them a crash at the wrong moment may leave a second message.
            return null;
        }
    }

    public async Task<PostedMessage> PostAsync(AccessMessage message, CancellationToken cancellationToken)
    {
        PostAnswer answer = await _api.PostMessageAsync(SlackMessages.Post(message), cancellationToken);
        return answer is { Channel: { Length: > 0 } channel, Ts: { Length: > 0 } time }
            ? new PostedMessage(channel, time)
            : throw new AccessPluginException(AccessPluginFailure.Uncertain, "Slack's chat.postMessage did not say what it posted.");
    }

    public Task UpdateAsync(PostedMessage posted, AccessMessage message, CancellationToken cancellationToken) =>
        _api.UpdateAsync(SlackMessages.Update(posted, message), cancellationToken);

    public Task ReplyAsync(PostedMessage posted, AccessReply reply, CancellationToken cancellationToken) =>
        _api.PostMessageAsync(SlackMessages.Reply(posted, reply), cancellationToken);

    public ValueTask<CallbackVerdict> VerifyAsync(CallbackRequest request, CancellationToken cancellationToken)
    {
        if (options.Mode != SlackMode.Http)
        {
            return ValueTask.FromResult(CallbackVerdict.Reject("http_off"));
        }

        string time = request.Header("X-Slack-Request-Timestamp");
        string signature = request.Header("X-Slack-Signature");
        byte[] signed = [.. Encoding.UTF8.GetBytes($"v0:{time}:"), .. request.Body.Span];
        Secret[] secrets = [context.ReadSecret(options.SigningSecret!), .. options.OldSigningSecret is { } old ? [context.ReadSecret(old)] : (Secret[])[]];
        // The signature first: of somebody who does not know the secret not even the clock is judged.
        return ValueTask.FromResult(
            !CallbackSignatures.IsHmacHex(secrets, signed, signature.StartsWith("v0=", StringComparison.Ordinal) ? signature[3..] : "") ? CallbackVerdict.Reject("bad_signature")
            : !CallbackSignatures.IsRecent(time, context.Time) ? CallbackVerdict.Reject("bad_time")
            : CallbackVerdict.Accept(CallbackSignatures.DeliveryIdOf(signature)));
    }

    public ValueTask<CallbackAnswer> ReceiveAsync(CallbackRequest request, CancellationToken cancellationToken)
    {
        if (request.Method != "POST")
        {
            return ValueTask.FromResult(CallbackAnswer.Of(405));
        }

        if (request.MediaType != "application/x-www-form-urlencoded")
        {
            return ValueTask.FromResult(CallbackAnswer.Of(415));
        }

        try
        {
            return ValueTask.FromResult(SlackClicks.Of(SlackClicks.ReadForm(request.Body.Span)) is { } click ? CallbackAnswer.Clicked(click) : CallbackAnswer.Of(200));
        }
        catch (JsonException)
        {
            return ValueTask.FromResult(CallbackAnswer.Of(400));
        }
    }

    public Task ListenAsync(IClickSink clicks, CancellationToken cancellationToken) => options.Mode == SlackMode.Socket
        ? new SlackSocket(_api, options.ApiUrl, clicks).RunAsync(cancellationToken)
        : Task.Delay(Timeout.Infinite, cancellationToken);

    public async Task<ClickAccount> IdentifyAsync(ClickAccount account, CancellationToken cancellationToken)
    {
        SlackUser user = (await _api.UserAsync(account.UserId, cancellationToken)).User ?? new SlackUser();
        // What Slack does not say counts as no.
        bool isFull = user is { Deleted: false, IsBot: false, IsRestricted: false, IsUltraRestricted: false }
            && user.IsStranger != true && user.Id == account.UserId && user.TeamId == account.Tenant;
        return account with
        {
            IsFullMember = isFull,
            ConfirmedEmail = isFull && user.IsEmailConfirmed == true ? user.Profile?.Email : null,
        };
    }

    public Task TellAsync(ReviewClick click, string text, CancellationToken cancellationToken) =>
        _api.PostEphemeralAsync(SlackMessages.Ephemeral(click, text), cancellationToken);

    private static Recipient Person(SlackUser? user, string name) => user is { Id: { Length: > 0 } id } && user.Deleted != true
        ? new Recipient(id) { IsPerson = true }
        : throw new AccessPluginException(AccessPluginFailure.Gone, $"There is nobody in Slack for {name}.");
}
