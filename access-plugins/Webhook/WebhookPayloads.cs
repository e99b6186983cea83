using System.Text.Json.Serialization;
using Teleport.Abstractions.AccessPlugins;

namespace Teleport.AccessPlugins.Webhook;

/// <summary>What is sent.</summary>
internal sealed record WebhookEvent
{
    /// <summary><c>access_request.created</c>, <c>.reviewed</c>, <c>.resolved</c>, <c>.expired</c>, or <c>access_review.refused</c>.</summary>
    public required string Type { get; init; }

    public required DateTimeOffset Time { get; init; }

    public required string Cluster { get; init; }

    /// <summary>To be given back by a decision.</summary>
    public required string Message { get; init; }

    public required string Text { get; init; }

    public AccessRequestView? Request { get; init; }

    public string? Link { get; init; }
}

/// <summary>What may arrive.</summary>
internal sealed record WebhookDecision
{
    public string? Request { get; init; }

    public string? Message { get; init; }

    /// <summary><c>approve</c> or <c>deny</c>.</summary>
    public string? Decision { get; init; }

    public string? Reason { get; init; }

    public WebhookActor? Actor { get; init; }
}

/// <summary>Who decided, as the caller knows that person.</summary>
internal sealed record WebhookActor
{
    public string? Tenant { get; init; }

    public string? Id { get; init; }

    public string? Name { get; init; }

    public string? ConfirmedEmail { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true, MaxDepth = 16)]
[JsonSerializable(typeof(WebhookEvent))]
[JsonSerializable(typeof(WebhookDecision))]
internal sealed partial class WebhookJson : JsonSerializerContext;
