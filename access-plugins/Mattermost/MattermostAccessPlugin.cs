using System.Text.Json;
using System.Text.Json.Nodes;
using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Resources;

namespace Teleport.AccessPlugins.Mattermost;

/// <summary>Tells channels and people of Mattermost; takes clicks, which need a second factor, since Mattermost does not sign them.</summary>
internal sealed class MattermostAccessPlugin(MattermostOptions options, IAccessPluginContext context) : IReviewingAccessPlugin
{
    private const string KeyProperty = "teleport_key";

    private readonly MattermostApi _api = new(options, context);
    private string? _ownId;

    public MessageFormat Format { get; } = new() { Markup = TextMarkup.Markdown, MaxTitle = 200, MaxBody = 3500, MaxReply = 3500, ChannelPeriod = TimeSpan.FromMilliseconds(200) };

    public bool TakesReviews => options.CallbackUrl is not null;

    public async Task CheckAsync(CancellationToken cancellationToken) => _ownId = (await _api.MeAsync(cancellationToken)).Id;

    public async Task<Recipient> ResolveAsync(string name, CancellationToken cancellationToken)
    {
        if (name.Contains('@', StringComparison.Ordinal))
        {
            MattermostUser user = await _api.UserByEmailAsync(name, cancellationToken);
            IdAnswer channel = await _api.DirectChannelAsync(_ownId ?? "", user.Id ?? "", cancellationToken);
            return new Recipient(Required(channel.Id)) { IsPerson = true };
        }

        return name.Split('/') is [{ Length: > 0 } team, { Length: > 0 } room]
            ? new Recipient(Required((await _api.ChannelAsync(team, room, cancellationToken)).Id))
            : throw new AccessPluginException(AccessPluginFailure.Gone, $"\"{name}\" is no recipient: write an e-mail address, or TEAM/CHANNEL as in the channel's address.");
    }

    public async Task<PostedMessage?> FindAsync(AccessMessage message, CancellationToken cancellationToken)
    {
        PostsAnswer answer = await _api.PostsAsync(message.Recipient.Id, cancellationToken);
        string? id = answer.Posts?.Values.FirstOrDefault(post => post.Props?[KeyProperty]?.ToString() == message.Key)?.Id;
        return id is null ? null : new PostedMessage(message.Recipient.Id, id);
    }

    public async Task<PostedMessage> PostAsync(AccessMessage message, CancellationToken cancellationToken)
    {
        PostAnswer answer = await _api.PostAsync(
            new JsonObject { ["channel_id"] = message.Recipient.Id, ["message"] = Text(message), ["props"] = Props(message) }, cancellationToken);
        return new PostedMessage(message.Recipient.Id, Required(answer.Id));
    }

    public Task UpdateAsync(PostedMessage posted, AccessMessage message, CancellationToken cancellationToken) =>
        _api.PatchAsync(posted.Message, new JsonObject { ["message"] = Text(message), ["props"] = Props(message) }, cancellationToken);

    public Task ReplyAsync(PostedMessage posted, AccessReply reply, CancellationToken cancellationToken) => _api.PostAsync(
        new JsonObject { ["channel_id"] = posted.Channel, ["root_id"] = posted.Message, ["message"] = reply.Text, ["pending_post_id"] = reply.Id }, cancellationToken);

    // Only the server knows the address with the secret; who clicked is then asked of the server itself.
    public ValueTask<CallbackVerdict> VerifyAsync(CallbackRequest request, CancellationToken cancellationToken)
    {
        string source = request.RemoteAddress.LastIndexOf(':') is > 0 and var colon ? request.RemoteAddress[..colon].Trim('[', ']') : request.RemoteAddress;
        bool isKnownSource = options.AllowedSources.Count == 0 || options.AllowedSources.Contains(source);
        bool knowsSecret = CallbackSignatures.AreEqual("/" + context.ReadSecret(options.CallbackSecret!).Reveal(), request.Path);
        return ValueTask.FromResult(
            !knowsSecret ? CallbackVerdict.Reject("bad_secret")
            : !isKnownSource ? CallbackVerdict.Reject("bad_source")
            : CallbackVerdict.Accept(CallbackSignatures.DeliveryIdOf(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(request.Body.Span)))));
    }

    public ValueTask<CallbackAnswer> ReceiveAsync(CallbackRequest request, CancellationToken cancellationToken)
    {
        if (request.Method != "POST" || request.MediaType != "application/json")
        {
            return ValueTask.FromResult(CallbackAnswer.Of(request.Method != "POST" ? 405 : 415));
        }

        try
        {
            ActionBody? body = JsonSerializer.Deserialize(request.Body.Span, MattermostJson.Default.ActionBody);
            return ValueTask.FromResult(body is { UserId: { } user, PostId: { } post, TriggerId: { } trigger, Context.Token: { } token }
                ? new CallbackAnswer { Body = "{}"u8.ToArray(), Then = stop => ReadAnewAsync(body, user, post, trigger, token, stop) }
                : CallbackAnswer.Of(400));
        }
        catch (JsonException)
        {
            return ValueTask.FromResult(CallbackAnswer.Of(400));
        }
    }

    public async Task<ClickAccount> IdentifyAsync(ClickAccount account, CancellationToken cancellationToken)
    {
        MattermostUser user = await _api.UserAsync(account.UserId, cancellationToken);
        bool isFull = user.Id == account.UserId && user.DeleteAt is null or 0 && user.IsBot != true
            && user.Roles is { } roles && roles.Split(' ').Contains("system_user") && !roles.Contains("guest", StringComparison.Ordinal);
        return account with { IsFullMember = isFull, DisplayName = user.Username ?? "", ConfirmedEmail = isFull && user.EmailVerified == true ? user.Email : null };
    }

    public Task TellAsync(ReviewClick click, string text, CancellationToken cancellationToken) =>
        _api.WhisperAsync(click.Account.UserId, click.Posted.Channel, text, cancellationToken);

    // The channel as the server says it is, not as the callback does.
    private async Task<IReadOnlyList<ReviewClick>> ReadAnewAsync(ActionBody body, string user, string post, string trigger, string token, CancellationToken stop)
    {
        PostAnswer shown = await _api.ReadPostAsync(post, stop);
        return shown.Id == post && shown.UserId == _ownId
            ?
            [
                new ReviewClick
                {
                    Id = $"{user}:{post}:{CallbackSignatures.DeliveryIdOf(trigger)[..16]}",
                    Account = new ClickAccount("", user) { DisplayName = body.UserName ?? "" },
                    Token = token,
                    Posted = new PostedMessage(shown.ChannelId ?? "", post),
                    IsWeak = true,
                },
            ]
            : [];
    }

    private static string Text(AccessMessage message) =>
        message.Status.Length == 0 ? message.Body : $"{message.Body}\n\n{message.Status}";

    private JsonObject Props(AccessMessage message)
    {
        var props = new JsonObject { [KeyProperty] = message.Key, ["disable_group_highlight"] = true };
        props["attachments"] = new JsonArray(message.Buttons.Count == 0 ? [] :
        [
            new JsonObject
            {
                ["fallback"] = message.Title,
                ["actions"] = new JsonArray([.. message.Buttons.Select(Button)]),
            },
        ]);
        return props;
    }

    private JsonObject Button(ReviewButton button) => new()
    {
        ["id"] = button.Decision == AccessRequestState.Approved ? "approve" : "deny",
        ["name"] = button.Label,
        ["style"] = button.Decision == AccessRequestState.Approved ? "good" : "danger",
        ["integration"] = new JsonObject
        {
            ["url"] = $"{options.CallbackUrl!.AbsoluteUri.TrimEnd('/')}/{Uri.EscapeDataString(context.ReadSecret(options.CallbackSecret!).Reveal())}",
            ["context"] = new JsonObject { ["token"] = button.Token },
        },
    };

    private static string Required(string? id) =>
        id is { Length: > 0 } ? id : throw new AccessPluginException(AccessPluginFailure.Uncertain, "Mattermost's answer has no id.");
}
