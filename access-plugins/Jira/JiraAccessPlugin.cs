using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;

namespace Teleport.AccessPlugins.Jira;

/// <summary>Keeps an issue for each request. Who moves it to another status reviews, if that person may; else it is moved back.</summary>
internal sealed class JiraAccessPlugin(JiraOptions options, IAccessPluginContext context) : IReviewingAccessPlugin
{
    private readonly JiraApi _api = new(options, context);
    private string? _ownId;

    public MessageFormat Format { get; } = new() { Markup = TextMarkup.Jira, MaxTitle = 250, MaxBody = 15000, MaxReply = 15000 };

    public bool TakesReviews => options.WebhookSecret is not null;

    public ClickProof Proof => ClickProof.Message;

    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        _ownId = (await _api.MyselfAsync(cancellationToken)).Id;
        await _api.ProjectAsync(cancellationToken);
    }

    public IReadOnlyList<string> RecipientsOf(AccessRequestView request) => [options.Project];

    public async Task<PostedMessage?> FindAsync(AccessMessage message, CancellationToken cancellationToken) =>
        await _api.FindAsync(LabelOf(message), cancellationToken) is { Key: { } key } ? new PostedMessage(options.Project, key) : null;

    public async Task<PostedMessage> PostAsync(AccessMessage message, CancellationToken cancellationToken)
    {
        var fields = new JsonObject
        {
            ["project"] = new JsonObject { ["key"] = options.Project },
            ["issuetype"] = new JsonObject { ["name"] = options.IssueType },
            ["summary"] = message.Title,
            ["description"] = Description(message),
            ["labels"] = new JsonArray("teleport", LabelOf(message)),
        };
        foreach ((string name, string value) in options.Fields)
        {
            fields[name] = value;
        }

        JiraIssue issue = await _api.CreateAsync(
            new JsonObject
            {
                ["fields"] = fields,
                ["properties"] = new JsonArray(new JsonObject { ["key"] = JiraApi.RequestProperty, ["value"] = message.Request.Id }),
            },
            cancellationToken);
        string key = issue.Key ?? throw new AccessPluginException(AccessPluginFailure.Uncertain, "Jira did not say which issue it made.");
        // New issues begin where the workflow says, which may be a backlog.
        await MoveToAsync(key, options.Statuses.Of(message.Request.Standing), cancellationToken);
        return new PostedMessage(options.Project, key);
    }

    public async Task UpdateAsync(PostedMessage posted, AccessMessage message, CancellationToken cancellationToken)
    {
        await _api.ChangeAsync(posted.Message, new JsonObject { ["description"] = Description(message) }, cancellationToken);
        await MoveToAsync(posted.Message, options.Statuses.Of(message.Request.Standing), cancellationToken);
    }

    public Task ReplyAsync(PostedMessage posted, AccessReply reply, CancellationToken cancellationToken) => _api.CommentAsync(posted.Message, reply.Text, cancellationToken);

    public ValueTask<CallbackVerdict> VerifyAsync(CallbackRequest request, CancellationToken cancellationToken)
    {
        Secret[] secrets = [.. new SecretSource?[] { options.WebhookSecret, options.OldWebhookSecret }.OfType<SecretSource>().Select(context.ReadSecret)];
        string signature = request.Header("X-Hub-Signature");
        string body = Convert.ToHexString(SHA256.HashData(request.Body.Span));
        // Of the body as well: the identifier is not signed, so whoever replays could change it.
        return ValueTask.FromResult(CallbackSignatures.IsHmacHex(secrets, request.Body.Span, signature.StartsWith("sha256=", StringComparison.Ordinal) ? signature[7..] : "")
            ? CallbackVerdict.Accept(CallbackSignatures.DeliveryIdOf(body))
            : CallbackVerdict.Reject("bad_signature"));
    }

    public ValueTask<CallbackAnswer> ReceiveAsync(CallbackRequest request, CancellationToken cancellationToken)
    {
        if (request.Method != "POST" || request.MediaType != "application/json")
        {
            return ValueTask.FromResult(CallbackAnswer.Of(request.Method != "POST" ? 405 : 415));
        }

        try
        {
            JiraHook? hook = JsonSerializer.Deserialize(request.Body.Span, JiraJson.Default.JiraHook);
            return ValueTask.FromResult(hook is { WebhookEvent: "jira:issue_updated", Issue.Id: { Length: > 0 and <= 32 } id } && id.All(char.IsAsciiDigit)
                ? new CallbackAnswer { Then = stop => ReadAnewAsync(id, stop) }
                : CallbackAnswer.Of(200));
        }
        catch (JsonException)
        {
            return ValueTask.FromResult(CallbackAnswer.Of(400));
        }
    }

    public async Task<ClickAccount> IdentifyAsync(ClickAccount account, CancellationToken cancellationToken)
    {
        JiraUser user = await _api.UserAsync(account.UserId, cancellationToken);
        // "app" and "customer" accounts are no members of the team.
        return account with { IsFullMember = user.Id == account.UserId && user.Active == true && user.AccountType is null or "atlassian" };
    }

    public async Task TellAsync(ReviewClick click, string text, CancellationToken cancellationToken)
    {
        await _api.CommentAsync(click.Posted.Message, text, cancellationToken);
        await MoveToAsync(click.Posted.Message, options.Statuses.Pending, cancellationToken);
    }

    // Nothing of the webhook is believed but which issue it is about.
    private async Task<IReadOnlyList<ReviewClick>> ReadAnewAsync(string issueId, CancellationToken stop)
    {
        JiraIssue issue = await _api.IssueAsync(issueId, stop);
        string? status = issue.Fields?.Status?.Name;
        AccessRequestState decision = Is(status, options.Statuses.Approved) ? AccessRequestState.Approved
            : Is(status, options.Statuses.Denied) ? AccessRequestState.Denied
            : AccessRequestState.None;
        JiraHistory? move = issue.Changelog?.Histories?
            .Where(history => history.Items?.Any(item => item.FieldName == "status" && Is(item.NewValue, status ?? "")) == true)
            .MaxBy(static history => long.TryParse(history.Id, out long id) ? id : 0);
        string? request = issue.Properties?[JiraApi.RequestProperty]?.ToString();
        if (decision == AccessRequestState.None || move?.Author is not { Id: { } mover } author || mover == _ownId || request is null || issue.Key is not { } key)
        {
            return [];
        }

        return
        [
            new ReviewClick
            {
                Id = $"{key}:{move.Id}",
                Account = new ClickAccount(options.Url!.Host, mover) { DisplayName = author.DisplayName ?? "" },
                Token = request,
                Decision = decision,
                Posted = new PostedMessage(options.Project, key),
            },
        ];
    }

    private async Task MoveToAsync(string key, string status, CancellationToken cancellationToken)
    {
        JiraIssue issue = await _api.IssueAsync(key, cancellationToken);
        if (Is(issue.Fields?.Status?.Name, status))
        {
            return;
        }

        string transition = issue.Transitions?.FirstOrDefault(t => Is(t.To?.Name, status))?.Id ?? throw new AccessPluginException(
            AccessPluginFailure.Refused,
            $"The issue {key} cannot be moved from \"{issue.Fields?.Status?.Name}\" to \"{status}\". Add that transition to the project's workflow, or name the status under statuses.");
        await _api.MoveAsync(key, transition, cancellationToken);
    }

    private static bool Is(string? name, string status) => status.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static string Description(AccessMessage message) => $"{message.Body}\n\n{message.Status}";

    private static string LabelOf(AccessMessage message) => $"teleport-{message.Key}";
}
