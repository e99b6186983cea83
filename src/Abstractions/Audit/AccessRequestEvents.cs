using System.Text.Json.Serialization;
using Teleport.Abstractions.Resources;

namespace Teleport.Abstractions.Audit;

/// <summary>Something happened to an access request.</summary>
public abstract record AccessRequestEvent : ResourceEvent
{
    /// <summary>The request; the same as the name.</summary>
    [JsonPropertyName("id")]
    public string Id => Name;

    /// <summary>Who asked.</summary>
    [JsonPropertyName("requester")]
    public string? Requester { get; init; }

    /// <summary>What was asked for.</summary>
    [JsonPropertyName("roles")]
    public IReadOnlyList<string>? Roles { get; init; }

    /// <summary>The only resources that the roles are for, as <c>/CLUSTER/KIND/NAME</c>.</summary>
    [JsonPropertyName("resource_ids")]
    public IReadOnlyList<string>? ResourceIds { get; init; }

    /// <summary>The state afterwards, as <c>APPROVED</c>.</summary>
    [JsonPropertyName("state")]
    public string? State { get; init; }

    /// <summary>Why, in the words of whoever acted.</summary>
    [JsonPropertyName("reason")]
    public string? Reason { get; init; }

    /// <summary>Annotations given with it.</summary>
    [JsonPropertyName("annotations")]
    public IReadOnlyDictionary<string, StringList>? Annotations { get; init; }
}

/// <summary>Somebody asked for access.</summary>
public sealed record AccessRequestCreatedEvent : AccessRequestEvent
{
    /// <inheritdoc/>
    protected override string EventType => "access_request.create";

    /// <inheritdoc/>
    protected override string EventCode => "T5000I";

    /// <summary>When the access ends, if given.</summary>
    [JsonPropertyName("max_duration")]
    public DateTimeOffset? AccessExpires { get; init; }
}

/// <summary>The state of a request was set without reviews.</summary>
public sealed record AccessRequestUpdatedEvent : AccessRequestEvent
{
    /// <inheritdoc/>
    protected override string EventType => "access_request.update";

    /// <inheritdoc/>
    protected override string EventCode => "T5001I";

    /// <summary>Who did it.</summary>
    [JsonPropertyName("updated_by")]
    public string? UpdatedBy { get; init; }

    /// <summary>On whose behalf, as the caller says; no proof.</summary>
    [JsonPropertyName("delegator")]
    public string? Delegator { get; init; }
}

/// <summary>Somebody reviewed a request. The state is the one that the request has with this review.</summary>
public sealed record AccessRequestReviewedEvent : AccessRequestEvent
{
    /// <inheritdoc/>
    protected override string EventType => "access_request.review";

    /// <inheritdoc/>
    protected override string EventCode => "T5002I";

    /// <summary>Whose review it is.</summary>
    [JsonPropertyName("reviewer")]
    public required string Reviewer { get; init; }

    /// <summary>What the reviewer wants.</summary>
    [JsonPropertyName("proposed_state")]
    public required string ProposedState { get; init; }

    /// <summary>Who sent it in, if not the reviewer.</summary>
    [JsonPropertyName("submitted_by")]
    public string? SubmittedBy { get; init; }

    /// <summary>The access plugin that took part.</summary>
    [JsonPropertyName("plugin")]
    public string? Plugin { get; init; }

    /// <summary>The chat account that clicked.</summary>
    [JsonPropertyName("plugin_identity")]
    public string? PluginIdentity { get; init; }

    /// <summary>By which means it came.</summary>
    [JsonPropertyName("means")]
    public ReviewMeans? Means { get; init; }
}

/// <summary>A review was refused: the reviewer had no right, or was nobody.</summary>
public sealed record AccessReviewRefusedEvent : AccessRequestEvent
{
    /// <inheritdoc/>
    protected override string EventType => "access_request.review";

    /// <inheritdoc/>
    protected override string EventCode => "T5002W";

    /// <summary>Whose review it would have been; <c>null</c>: nobody's.</summary>
    [JsonPropertyName("reviewer")]
    public string? Reviewer { get; init; }

    /// <summary>What was wanted.</summary>
    [JsonPropertyName("proposed_state")]
    public string? ProposedState { get; init; }

    /// <summary>The access plugin that took part.</summary>
    [JsonPropertyName("plugin")]
    public string? Plugin { get; init; }

    /// <summary>The chat account that clicked.</summary>
    [JsonPropertyName("plugin_identity")]
    public string? PluginIdentity { get; init; }

    /// <summary>Why, for operators. The person hears one text whatever it was.</summary>
    [JsonPropertyName("error")]
    public required string Error { get; init; }
}

/// <summary>A request was deleted by hand.</summary>
public sealed record AccessRequestDeletedEvent : AccessRequestEvent
{
    /// <inheritdoc/>
    protected override string EventType => "access_request.delete";

    /// <inheritdoc/>
    protected override string EventCode => "T5003I";
}

/// <summary>A request came to the end of its time.</summary>
public sealed record AccessRequestExpiredEvent : AccessRequestEvent
{
    /// <inheritdoc/>
    protected override string EventType => "access_request.expire";

    /// <inheritdoc/>
    protected override string EventCode => "T5005I";

    /// <summary>When its time was over.</summary>
    [JsonPropertyName("resource_expiry")]
    public DateTimeOffset? ResourceExpiry { get; init; }
}

/// <summary>A callback for an access plugin was refused before anything was done. Sent by plugin hosts; never has its body.</summary>
public sealed record AccessPluginCallbackRejectedEvent : AuditEvent
{
    /// <inheritdoc/>
    protected override string EventType => "access_plugin.callback_rejected";

    /// <inheritdoc/>
    protected override string EventCode => "TAP001W";

    /// <summary>The plugin.</summary>
    [JsonPropertyName("plugin")]
    public required string Plugin { get; init; }

    /// <summary>Why, as <c>bad_signature</c>.</summary>
    [JsonPropertyName("reason")]
    public required string Reason { get; init; }

    /// <summary>Where it came from.</summary>
    [JsonPropertyName("addr.remote")]
    public string? RemoteAddress { get; init; }
}

/// <summary>A resource about access plugins was written or deleted.</summary>
public sealed record AccessPluginResourceEvent : ResourceEvent
{
    /// <inheritdoc/>
    protected override string EventType => Kind + (IsDeleted ? ".delete" : ".update");

    /// <inheritdoc/>
    protected override string EventCode => (Kind, IsDeleted) switch
    {
        (ResourceKinds.AccessPlugin, false) => "PG002I",
        (ResourceKinds.AccessPlugin, true) => "PG003I",
        (ResourceKinds.ChatIdentity, false) => "TCI001I",
        (ResourceKinds.ChatIdentity, true) => "TCI002I",
        (_, false) => "TAMR001I",
        _ => "TAMR002I",
    };

    /// <summary>The kind of resource.</summary>
    [JsonPropertyName("kind")]
    public required string Kind { get; init; }

    /// <summary>Whether it was deleted.</summary>
    [JsonIgnore]
    public bool IsDeleted { get; init; }

    /// <summary>For chat identities: the user whose account it is.</summary>
    [JsonPropertyName("chat_user")]
    public string? ChatUser { get; init; }
}
