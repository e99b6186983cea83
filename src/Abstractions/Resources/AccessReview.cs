using System.Text.Json.Serialization;

namespace Teleport.Abstractions.Resources;

/// <summary>What one reviewer said of an access request. One review per author.</summary>
public sealed record AccessReview
{
    /// <summary>The user whose review it is.</summary>
    public string Author { get; set; } = "";

    /// <summary>What the author wants: <see cref="AccessRequestState.Approved"/> or <see cref="AccessRequestState.Denied"/>.</summary>
    public AccessRequestState ProposedState { get; set; }

    /// <summary>Why; at most <see cref="AccessRequest.MaxReasonLength"/> characters.</summary>
    public string? Reason { get; set; }

    /// <summary>When it arrived.</summary>
    public DateTimeOffset Created { get; set; }

    /// <summary>Annotations of the author's; added to the request's when the review is among those that decide.</summary>
    public IReadOnlyDictionary<string, StringList> Annotations { get; set; } = new Dictionary<string, StringList>();

    /// <summary>The only roles that the author approves; empty: all that were asked for.</summary>
    public StringList Roles { get; set; } = [];

    /// <summary>When the access shall begin in the author's view; <c>null</c>: as asked for.</summary>
    public DateTimeOffset? AssumeStartTime { get; set; }

    /// <summary>The plugin's or administrator's name if the review was not sent in by its author; <c>null</c>: it was. From the caller's certificate.</summary>
    public string? SubmittedBy { get; set; }

    /// <summary>By which means it came.</summary>
    public ReviewMeans? Means { get; set; }

    /// <summary>Indexes of the thresholds that it counts for; fixed when it arrived.</summary>
    public IReadOnlyList<int> ThresholdIndexes { get; set; } = [];
}

/// <summary>By which means a review came. Part of requests and of audit events, which name fields alike.</summary>
public sealed record ReviewMeans
{
    /// <summary><c>tctl</c>, <c>tsh</c>, <c>web</c>, <c>plugin</c> (a person through a chat service) or <c>on_call</c> (a plugin by its own role).</summary>
    [JsonPropertyName("via")]
    public string Via { get; set; } = "";

    /// <summary>The access plugin; <c>null</c>: none took part.</summary>
    [JsonPropertyName("plugin")]
    public string? Plugin { get; set; }

    /// <summary>The chat account, as <c>slack:T0123:U0456</c>; <c>null</c>: none.</summary>
    [JsonPropertyName("chat_identity")]
    public string? ChatIdentity { get; set; }

    /// <summary>How the chat account was mapped to the author: <c>linked</c>, <c>trait</c>, <c>map</c> or <c>email</c>.</summary>
    [JsonPropertyName("mapped_by")]
    public string? MappedBy { get; set; }

    /// <summary>Id of the delivery that carried the click.</summary>
    [JsonPropertyName("delivery_id")]
    public string? DeliveryId { get; set; }

    /// <summary>Whether a second factor was shown for this very review.</summary>
    [JsonPropertyName("mfa_verified")]
    public bool MfaVerified { get; set; }
}
