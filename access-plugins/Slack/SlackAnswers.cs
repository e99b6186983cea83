using System.Text.Json.Serialization;

namespace Teleport.AccessPlugins.Slack;

/// <summary>What every answer of the API begins with: HTTP says success whatever happened.</summary>
internal record SlackAnswer
{
    public bool? Ok { get; init; }

    public string? Error { get; init; }

    public string? Needed { get; init; }
}

internal sealed record AuthTestAnswer : SlackAnswer
{
    public string? TeamId { get; init; }

    public string? BotId { get; init; }
}

internal sealed record PostAnswer : SlackAnswer
{
    public string? Channel { get; init; }

    public string? Ts { get; init; }
}

internal sealed record UserAnswer : SlackAnswer
{
    public SlackUser? User { get; init; }
}

internal sealed record SlackUser
{
    public string? Id { get; init; }

    public string? TeamId { get; init; }

    public string? Name { get; init; }

    public bool? Deleted { get; init; }

    public bool? IsBot { get; init; }

    public bool? IsRestricted { get; init; }

    public bool? IsUltraRestricted { get; init; }

    public bool? IsStranger { get; init; }

    public bool? IsEmailConfirmed { get; init; }

    public SlackProfile? Profile { get; init; }
}

internal sealed record SlackProfile
{
    public string? Email { get; init; }
}

internal sealed record ConnectionAnswer : SlackAnswer
{
    public string? Url { get; init; }
}

internal sealed record ConversationAnswer : SlackAnswer
{
    public SlackConversation? Channel { get; init; }
}

internal sealed record SlackConversation
{
    public string? Id { get; init; }

    public string? Name { get; init; }
}

internal sealed record ChannelsAnswer : SlackAnswer
{
    public IReadOnlyList<SlackConversation>? Channels { get; init; }

    public PagingMetadata? ResponseMetadata { get; init; }
}

internal sealed record PagingMetadata
{
    public string? NextCursor { get; init; }
}

internal sealed record HistoryAnswer : SlackAnswer
{
    public IReadOnlyList<HistoryMessage>? Messages { get; init; }
}

internal sealed record HistoryMessage
{
    public string? Ts { get; init; }

    public MessageMetadata? Metadata { get; init; }
}

internal sealed record MessageMetadata
{
    public string? EventType { get; init; }

    public MetadataPayload? EventPayload { get; init; }
}

internal sealed record MetadataPayload
{
    public string? Key { get; init; }
}

/// <summary>What a click sends.</summary>
internal sealed record Interaction
{
    public string? Type { get; init; }

    public IdOnly? Team { get; init; }

    public InteractionUser? User { get; init; }

    public InteractionContainer? Container { get; init; }

    public IdOnly? Channel { get; init; }

    public IReadOnlyList<InteractionAction>? Actions { get; init; }
}

internal sealed record IdOnly
{
    public string? Id { get; init; }
}

internal sealed record InteractionUser
{
    public string? Id { get; init; }

    public string? Username { get; init; }

    public string? TeamId { get; init; }
}

internal sealed record InteractionContainer
{
    public string? ChannelId { get; init; }

    public string? MessageTs { get; init; }
}

internal sealed record InteractionAction
{
    public string? ActionId { get; init; }

    public string? BlockId { get; init; }

    public string? Value { get; init; }

    public string? ActionTs { get; init; }
}

/// <summary>What arrives in Socket Mode.</summary>
internal sealed record Envelope
{
    public string? Type { get; init; }

    public string? Reason { get; init; }

    public string? EnvelopeId { get; init; }

    public Interaction? Payload { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, MaxDepth = 32)]
[JsonSerializable(typeof(SlackAnswer))]
[JsonSerializable(typeof(AuthTestAnswer))]
[JsonSerializable(typeof(PostAnswer))]
[JsonSerializable(typeof(UserAnswer))]
[JsonSerializable(typeof(ConnectionAnswer))]
[JsonSerializable(typeof(ConversationAnswer))]
[JsonSerializable(typeof(HistoryAnswer))]
[JsonSerializable(typeof(ChannelsAnswer))]
[JsonSerializable(typeof(Interaction))]
[JsonSerializable(typeof(Envelope))]
internal sealed partial class SlackJson : JsonSerializerContext;
