using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;

namespace Teleport.AccessPlugins.Webhook;

/// <summary>Sends signed events to an address, and takes signed decisions; both by the scheme of Standard Webhooks.</summary>
internal sealed class WebhookAccessPlugin(WebhookOptions options, IAccessPluginContext context) : IReviewingAccessPlugin
{
    private const string Target = "webhook";
    private const int MaxIdLength = 256;

    public MessageFormat Format { get; } = new() { Markup = TextMarkup.Plain, MaxBody = 8000, MaxReply = 8000 };

    public bool TakesReviews => options.DecisionSecret is not null;

    public ClickProof Proof => ClickProof.Message;

    public IReadOnlyList<string> RecipientsOf(AccessRequestView request) => [Target];

    public async Task<PostedMessage> PostAsync(AccessMessage message, CancellationToken cancellationToken)
    {
        await SendAsync(message.Key, "access_request.created", message, message.Key, cancellationToken);
        return new PostedMessage("", message.Key);
    }

    public Task UpdateAsync(PostedMessage posted, AccessMessage message, CancellationToken cancellationToken)
    {
        string type = message.Request.Standing switch
        {
            AccessRequestStanding.Pending => "access_request.reviewed",
            AccessRequestStanding.Expired => "access_request.expired",
            _ => "access_request.resolved",
        };
        // The same for every try of this change, and for no other.
        string id = CallbackSignatures.DeliveryIdOf($"{message.Key} {message.Body} {message.Status}")[..32];
        return SendAsync(id, type, message, posted.Message, cancellationToken);
    }

    public Task TellAsync(ReviewClick click, string text, CancellationToken cancellationToken) => SendAsync(
        CallbackSignatures.DeliveryIdOf(click.Id)[..32],
        new WebhookEvent { Type = "access_review.refused", Time = context.Time.GetUtcNow(), Cluster = context.ClusterName, Message = click.Posted.Message, Text = text },
        cancellationToken);

    public ValueTask<CallbackVerdict> VerifyAsync(CallbackRequest request, CancellationToken cancellationToken)
    {
        string id = request.Header("webhook-id");
        string time = request.Header("webhook-timestamp");
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{time}."), .. request.Body.Span];
        Secret[] secrets = [.. Secrets(options.DecisionSecret, options.OldDecisionSecret)];
        bool isGenuine = false;
        foreach (string signature in request.Header("webhook-signature").Split(' ', 8))
        {
            isGenuine |= signature.StartsWith("v1,", StringComparison.Ordinal) & CallbackSignatures.IsHmacBase64(secrets, signed, signature.Length > 3 ? signature[3..] : "");
        }

        return ValueTask.FromResult(
            !isGenuine || id.Length is 0 or > MaxIdLength ? CallbackVerdict.Reject("bad_signature")
            : !CallbackSignatures.IsRecent(time, context.Time) ? CallbackVerdict.Reject("bad_time")
            : CallbackVerdict.Accept(id));
    }

    public ValueTask<CallbackAnswer> ReceiveAsync(CallbackRequest request, CancellationToken cancellationToken)
    {
        int refusal = request.Method != "POST" ? 405 : request.Path != "/decision" ? 404 : request.MediaType != "application/json" ? 415 : 0;
        if (refusal != 0)
        {
            return ValueTask.FromResult(CallbackAnswer.Of(refusal));
        }

        WebhookDecision? decision;
        try
        {
            decision = JsonSerializer.Deserialize(request.Body.Span, WebhookJson.Default.WebhookDecision);
        }
        catch (JsonException)
        {
            return ValueTask.FromResult(CallbackAnswer.Of(400));
        }

        return ValueTask.FromResult(ClickOf(decision, request.Header("webhook-id")) is { } click
            ? CallbackAnswer.Clicked(click) with { Status = 202 }
            : CallbackAnswer.Of(400));
    }

    private static ReviewClick? ClickOf(WebhookDecision? decision, string id)
    {
        AccessRequestState meant = decision?.Decision switch
        {
            "approve" => AccessRequestState.Approved,
            "deny" => AccessRequestState.Denied,
            _ => AccessRequestState.None,
        };
        return decision is not { Request: { } request, Message: { } message, Actor.Id: { Length: > 0 and <= MaxIdLength } actor } || meant == AccessRequestState.None
            ? null
            : new ReviewClick
            {
                Id = id,
                // Whoever holds the secret vouches for the people it names; the auth service still wants to know the tenant.
                Account = new ClickAccount(decision.Actor.Tenant ?? "", actor)
                {
                    DisplayName = decision.Actor.Name ?? "", ConfirmedEmail = decision.Actor.ConfirmedEmail, IsFullMember = true,
                },
                Token = request,
                Decision = meant,
                Posted = new PostedMessage("", message),
                Reason = decision.Reason,
            };
    }

    private Task SendAsync(string id, string type, AccessMessage message, string posted, CancellationToken cancellationToken) => SendAsync(
        id,
        new WebhookEvent
        {
            Type = type,
            // Of the request, not of the try: a repeated event is the same event.
            Time = message.Request.Reviews is [.., var last] ? last.Created : message.Request.Created,
            Cluster = context.ClusterName,
            Message = posted,
            Text = $"{message.Title}\n{message.Body}\n{message.Status}",
            Request = message.Request,
            Link = message.Link?.AbsoluteUri,
        },
        cancellationToken);

    private async Task SendAsync(string id, WebhookEvent content, CancellationToken cancellationToken)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(content, WebhookJson.Default.WebhookEvent);
        string time = context.Time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{time}."), .. body];
        using var request = new HttpRequestMessage(HttpMethod.Post, options.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", time);
        request.Headers.Add(
            "webhook-signature",
            string.Join(' ', Secrets(options.Secret, options.OldSecret).Select(secret => "v1," + Convert.ToBase64String(CallbackSignatures.HmacSha256(secret, signed)))));
        using HttpResponseMessage response = await context.Http.SendAsync(request, cancellationToken);
        await response.RequireSuccessAsync("The webhook", cancellationToken);
    }

    private IEnumerable<Secret> Secrets(params IEnumerable<SecretSource?> sources) => sources.OfType<SecretSource>().Select(context.ReadSecret);
}
