using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Security;

namespace Teleport.AccessPlugins.PagerDuty;

/// <summary>Opens incidents for requests, notes reviews, and says who is on call. Decisions are not taken from PagerDuty: resolving an incident approves nothing.</summary>
internal sealed partial class PagerDutyAccessPlugin(PagerDutyOptions options, IAccessPluginContext context) : IReviewingAccessPlugin, IOnCallProvider
{
    private const int MaxServices = 10;

    private readonly PagerDutyApi _api = new(options, context);
    private readonly ILogger _logger = context.Services.GetRequiredService<ILoggerFactory>().CreateLogger<PagerDutyAccessPlugin>();

    public MessageFormat Format { get; } = new() { Markup = TextMarkup.Plain, MaxTitle = 1024, MaxBody = 20000, MaxReply = 20000 };

    public bool TakesReviews => options.WebhookSecret is not null;

    public ClickProof Proof => ClickProof.Message;

    public string Annotation => options.RequestAnnotations.Services;

    public Task CheckAsync(CancellationToken cancellationToken) => _api.FindUserAsync(options.UserEmail, cancellationToken);

    public IReadOnlyList<string> RecipientsOf(AccessRequestView request) =>
        request.Annotations.TryGetValue(options.RequestAnnotations.NotifyService, out IReadOnlyList<string>? names) && names.Count > 0 ? [names[0]] : [];

    public async Task<Recipient> ResolveAsync(string name, CancellationToken cancellationToken) =>
        await _api.FindServiceAsync(name, cancellationToken) is { Id: { } id }
            ? new Recipient(id)
            : throw new AccessPluginException(AccessPluginFailure.Gone, $"PagerDuty has no service \"{name}\".");

    public async Task<PostedMessage?> FindAsync(AccessMessage message, CancellationToken cancellationToken) =>
        await _api.FindIncidentAsync(message.Key, cancellationToken) is { Id: { } id } ? new PostedMessage(message.Recipient.Id, id) : null;

    public async Task<PostedMessage> PostAsync(AccessMessage message, CancellationToken cancellationToken)
    {
        Incident? incident = await _api.CreateIncidentAsync(
            new JsonObject
            {
                ["type"] = "incident",
                ["title"] = message.Title,
                ["service"] = new JsonObject { ["id"] = message.Recipient.Id, ["type"] = "service_reference" },
                ["incident_key"] = message.Key,
                ["body"] = new JsonObject { ["type"] = "incident_body", ["details"] = $"{message.Body}\n{message.Status}" },
            },
            cancellationToken);
        return incident?.Id is { } id
            ? new PostedMessage(message.Recipient.Id, id)
            : await FindAsync(message, cancellationToken)
                ?? throw new AccessPluginException(AccessPluginFailure.Uncertain, "PagerDuty says that the incident is there already, and does not show it.");
    }

    // An incident cannot be changed: reviews are notes, and a decision resolves it.
    public Task UpdateAsync(PostedMessage posted, AccessMessage message, CancellationToken cancellationToken) =>
        message.Request.IsDecided ? _api.ResolveAsync(posted.Message, message.Status, cancellationToken) : Task.CompletedTask;

    public Task ReplyAsync(PostedMessage posted, AccessReply reply, CancellationToken cancellationToken) =>
        _api.AddNoteAsync(posted.Message, reply.Text, cancellationToken);

    public async Task<string?> FindShiftAsync(string userName, IReadOnlyList<string> rotas, IReadOnlyList<string> roles, CancellationToken cancellationToken)
    {
        if (options.OnCall.Roles.Count > 0 && roles.Except(options.OnCall.Roles).Any())
        {
            return null;
        }

        if (await _api.FindUserAsync(userName, cancellationToken) is not { Id: { } userId } user)
        {
            return null;
        }

        foreach (string rota in rotas.Take(MaxServices))
        {
            if (await _api.FindServiceAsync(rota, cancellationToken) is not { EscalationPolicy.Id: { } policy })
            {
                // One name that is wrong must not silence the others.
                LogNoService(rota);
                continue;
            }

            IReadOnlyList<OnCall> shifts = await _api.ShiftsAsync(userId, policy, cancellationToken);
            if (shifts.Any(shift => Counts(shift, userId, policy)))
            {
                return $"{user.Name ?? userName} is on call for {rota}";
            }
        }

        return null;
    }

    public ValueTask<CallbackVerdict> VerifyAsync(CallbackRequest request, CancellationToken cancellationToken)
    {
        Secret[] secrets = [.. new SecretSource?[] { options.WebhookSecret, options.OldWebhookSecret }.OfType<SecretSource>().Select(context.ReadSecret)];
        bool isGenuine = false;
        foreach (string signature in request.Header("X-PagerDuty-Signature").Split(',', 8))
        {
            string hex = signature.Trim();
            isGenuine |= hex.StartsWith("v1=", StringComparison.Ordinal) & CallbackSignatures.IsHmacHex(secrets, request.Body.Span, hex.Length > 3 ? hex[3..] : "");
        }

        // The signature covers the body alone, so a replay has the same body, whatever its headers say.
        return ValueTask.FromResult(isGenuine
            ? CallbackVerdict.Accept(CallbackSignatures.DeliveryIdOf(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(request.Body.Span))))
            : CallbackVerdict.Reject("bad_signature"));
    }

    public ValueTask<CallbackAnswer> ReceiveAsync(CallbackRequest request, CancellationToken cancellationToken)
    {
        if (request.Method != "POST" || request.MediaType != "application/json")
        {
            return ValueTask.FromResult(CallbackAnswer.Of(request.Method != "POST" ? 405 : 415));
        }

        PagerDutyEvent? happened;
        try
        {
            happened = JsonSerializer.Deserialize(request.Body.Span, PagerDutyJson.Default.EventEnvelope)?.Event;
        }
        catch (JsonException)
        {
            return ValueTask.FromResult(CallbackAnswer.Of(400));
        }

        TimeSpan age = context.Time.GetUtcNow() - (happened?.OccurredAt ?? DateTimeOffset.MinValue);
        if (age.Duration() > CallbackSignatures.Window)
        {
            return ValueTask.FromResult(CallbackAnswer.Of(401));
        }

        LogHappened(happened!.EventType ?? "", happened.Data?.Id ?? "", happened.Agent?.Summary ?? "");
        return ValueTask.FromResult(CallbackAnswer.Of(200));
    }

    private bool Counts(OnCall shift, string userId, string policy) =>
        shift.User?.Id == userId
        && shift.EscalationPolicy?.Id == policy
        && shift.EscalationLevel is { } level && level <= options.OnCall.MaxEscalationLevel
        && (options.OnCall.Schedules.Count == 0 || (shift.Schedule?.Summary is { } schedule && options.OnCall.Schedules.Contains(schedule)));

    [LoggerMessage(7200, LogLevel.Warning, "An annotation names the service {Service}, which PagerDuty does not have.")]
    private partial void LogNoService(string service);

    [LoggerMessage(7201, LogLevel.Information, "PagerDuty tells of {Event} of incident {Incident} by {Agent}.")]
    private partial void LogHappened(string @event, string incident, string agent);
}
