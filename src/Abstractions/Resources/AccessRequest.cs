using System.Text.Json.Serialization;
using Teleport.Abstractions.Errors;

namespace Teleport.Abstractions.Resources;

/// <summary>Somebody asks for roles, or for single resources, for a time and with a reason. Written by the auth service alone.</summary>
/// <remarks><c>metadata.expires</c> is when the request goes away: undecided at the end of its waiting time, approved at the end of the access.</remarks>
public sealed record AccessRequest : Resource
{
    /// <summary>Longest reason, in characters; of requests and of reviews.</summary>
    public const int MaxReasonLength = 4096;

    /// <inheritdoc/>
    [JsonPropertyOrder(-10)]
    public override string Kind { get; set; } = ResourceKinds.AccessRequest;

    /// <inheritdoc/>
    [JsonPropertyOrder(-8)]
    public override string Version { get; set; } = "v3";

    /// <summary>What is asked for and what became of it.</summary>
    public AccessRequestSpec Spec { get; set; } = new();
}

/// <summary>What is asked for and what became of it. Texts of people (reasons, names) are hostile input to whoever shows them.</summary>
public sealed record AccessRequestSpec
{
    /// <summary>Who asks.</summary>
    public string User { get; set; } = "";

    /// <summary>The roles asked for; for resources, the roles that reach them.</summary>
    public StringList Roles { get; set; } = [];

    /// <summary>The only resources that the roles are for; empty: all that the roles reach.</summary>
    [JsonPropertyName("resource_ids")]
    public IReadOnlyList<RequestedResource> RequestedResourceIds { get; set; } = [];

    /// <summary>Where it stands.</summary>
    public AccessRequestState State { get; set; } = AccessRequestState.Pending;

    /// <summary>When it was made.</summary>
    public DateTimeOffset Created { get; set; }

    /// <summary>When the access ends, if it is given. Never moves.</summary>
    public DateTimeOffset Expires { get; set; }

    /// <summary>Longest time that the access lasts; <see cref="Expires"/> follows from it.</summary>
    public TimeSpan? MaxDuration { get; set; }

    /// <summary>Longest life of each certificate with the access; <c>null</c>: as long as the roles allow.</summary>
    public TimeSpan? SessionTtl { get; set; }

    /// <summary>Before this the access cannot be used; <c>null</c>: at once. Reviewers may move it; the latest word counts.</summary>
    public DateTimeOffset? AssumeStartTime { get; set; }

    /// <summary>Why, in the requester's words; at most <see cref="AccessRequest.MaxReasonLength"/> characters.</summary>
    public string? RequestReason { get; set; }

    /// <summary>Why it was decided so, in the words of whoever decided last.</summary>
    public string? ResolveReason { get; set; }

    /// <summary>Who made the last decision: a reviewer, or whoever set the state.</summary>
    public string? ResolvedBy { get; set; }

    /// <summary>When it was decided.</summary>
    public DateTimeOffset? Resolved { get; set; }

    /// <summary>Annotations of the reviews that decided, summed.</summary>
    public IReadOnlyDictionary<string, StringList> ResolveAnnotations { get; set; } = new Dictionary<string, StringList>();

    /// <summary>Annotations that the requester's roles give to requests; computed by the auth service.</summary>
    public IReadOnlyDictionary<string, StringList> SystemAnnotations { get; set; } = new Dictionary<string, StringList>();

    /// <summary>Whom the requester and the requester's roles propose to tell. No permission, maybe no users.</summary>
    public StringList SuggestedReviewers { get; set; } = [];

    /// <summary>All thresholds that count, as the roles stood when the request was made.</summary>
    public IReadOnlyList<AccessThreshold> Thresholds { get; set; } = [];

    /// <summary>For each requested role sets of indexes into <see cref="Thresholds"/>: of every set one threshold must be met.</summary>
    [JsonPropertyName("rtm")]
    public IReadOnlyDictionary<string, IReadOnlyList<IReadOnlyList<int>>> RoleThresholds { get; set; } =
        new Dictionary<string, IReadOnlyList<IReadOnlyList<int>>>();

    /// <summary>What reviewers said, in order.</summary>
    public IReadOnlyList<AccessReview> Reviews { get; set; } = [];
}

/// <summary>States of a request. Numbers are on disk and on the wire. A decided request never changes its state again.</summary>
public enum AccessRequestState
{
    /// <summary>Never stored.</summary>
    None = 0,

    /// <summary>Waits for reviews.</summary>
    Pending = 1,

    /// <summary>The requester may use the access until it expires.</summary>
    Approved = 2,

    /// <summary>Refused.</summary>
    Denied = 3,

    /// <summary>Made permanent by an access list; reserved.</summary>
    Promoted = 4,
}

/// <summary>One resource that somebody asks for.</summary>
public sealed record RequestedResource
{
    /// <summary>The cluster it is in.</summary>
    public string Cluster { get; set; } = "";

    /// <summary>The kind, as <c>node</c>.</summary>
    public string Kind { get; set; } = "";

    /// <summary>The resource's name: an id, not a host name.</summary>
    public string Name { get; set; } = "";

    /// <summary>A part of it, as a namespace and pod; <c>null</c>: all of it.</summary>
    public string? SubResource { get; set; }

    /// <summary>Reads <c>/CLUSTER/KIND/NAME</c> or <c>/CLUSTER/KIND/NAME/SUB</c>.</summary>
    /// <exception cref="TeleportException">Code <c>invalid</c>.</exception>
    public static RequestedResource Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split('/', 5);
        return parts is ["", { Length: > 0 }, { Length: > 0 }, { Length: > 0 }, ..] && text.Length <= 1024
            ? new RequestedResource { Cluster = parts[1], Kind = parts[2], Name = parts[3], SubResource = parts.Length > 4 ? parts[4] : null }
            : throw TeleportException.Invalid($"\"{(text.Length > 100 ? text[..100] : text)}\" names no resource: write /CLUSTER/KIND/NAME, as tsh request search prints it.");
    }

    /// <summary><c>/CLUSTER/KIND/NAME</c>.</summary>
    public override string ToString() => SubResource is null ? $"/{Cluster}/{Kind}/{Name}" : $"/{Cluster}/{Kind}/{Name}/{SubResource}";
}

/// <summary>How many must agree.</summary>
public sealed record AccessThreshold
{
    /// <summary>A name for people.</summary>
    public string? Name { get; set; }

    /// <summary>A predicate over reviewer, review and request: which reviews count; <c>null</c>: all.</summary>
    public string? Filter { get; set; }

    /// <summary>Approvals needed; 0: it never approves.</summary>
    public int Approve { get; set; } = 1;

    /// <summary>Denials that refuse the request at once; 0: it never denies.</summary>
    public int Deny { get; set; } = 1;
}
