using System.Text.Json.Serialization;

namespace Teleport.Abstractions.Audit;

/// <summary>Somebody did something with a named resource.</summary>
public abstract record ResourceEvent : ActorEvent
{
    /// <summary>The resource's name.</summary>
    [JsonPropertyName("name")]
    public required string Name { get; init; }

    /// <summary>When it goes away.</summary>
    [JsonPropertyName("expires")]
    public DateTimeOffset? Expires { get; init; }
}

/// <summary>A role was created.</summary>
public sealed record RoleCreatedEvent : ResourceEvent
{
    /// <inheritdoc/>
    protected override string EventType => "role.created";

    /// <inheritdoc/>
    protected override string EventCode => "T9000I";
}

/// <summary>A role was changed.</summary>
public sealed record RoleUpdatedEvent : ResourceEvent
{
    /// <inheritdoc/>
    protected override string EventType => "role.updated";

    /// <inheritdoc/>
    protected override string EventCode => "T9002I";
}

/// <summary>A role was deleted.</summary>
public sealed record RoleDeletedEvent : ResourceEvent
{
    /// <inheritdoc/>
    protected override string EventType => "role.deleted";

    /// <inheritdoc/>
    protected override string EventCode => "T9001I";
}

/// <summary>A join token was made. Never names the token.</summary>
public sealed record TokenCreatedEvent : ActorEvent
{
    /// <inheritdoc/>
    protected override string EventType => "join_token.create";

    /// <inheritdoc/>
    protected override string EventCode => "TJT00I";

    /// <summary>What the holder may become.</summary>
    [JsonPropertyName("roles")]
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>How a joiner proves itself.</summary>
    [JsonPropertyName("join_method")]
    public string JoinMethod { get; init; } = "token";

    /// <summary>When it ends.</summary>
    [JsonPropertyName("expires")]
    public DateTimeOffset? Expires { get; init; }
}

/// <summary>A join token was deleted. Never names the token.</summary>
public sealed record TokenDeletedEvent : ActorEvent
{
    /// <inheritdoc/>
    protected override string EventType => "join_token.delete";

    /// <inheritdoc/>
    protected override string EventCode => "TJT01I";

    /// <summary>The token's first characters and asterisks.</summary>
    [JsonPropertyName("token_name")]
    public required string MaskedName { get; init; }
}

/// <summary>A host joined, or was refused.</summary>
public sealed record InstanceJoinEvent : AuditEvent
{
    /// <inheritdoc/>
    protected override string EventType => "instance.join";

    /// <inheritdoc/>
    protected override string EventCode => Success ? "TJ002I" : "TJ002E";

    /// <summary>The host's id.</summary>
    [JsonPropertyName("host_id")]
    public required string HostId { get; init; }

    /// <summary>Its name for people.</summary>
    [JsonPropertyName("node_name")]
    public string? NodeName { get; init; }

    /// <summary>What it wants to be.</summary>
    [JsonPropertyName("role")]
    public required string Role { get; init; }

    /// <summary>How it proved itself.</summary>
    [JsonPropertyName("method")]
    public string Method { get; init; } = "token";

    /// <summary>The token's first characters and asterisks.</summary>
    [JsonPropertyName("token_name")]
    public string? MaskedToken { get; init; }

    /// <summary>Whether it joined.</summary>
    [JsonPropertyName("success")]
    public required bool Success { get; init; }

    /// <summary>For operators: what was wrong.</summary>
    [JsonPropertyName("error")]
    public string? Error { get; init; }

    /// <summary>Where it connected from.</summary>
    [JsonPropertyName("addr.remote")]
    public string? RemoteAddress { get; init; }
}

/// <summary>A certificate was issued.</summary>
public sealed record CertificateCreatedEvent : ActorEvent
{
    /// <inheritdoc/>
    protected override string EventType => "cert.create";

    /// <inheritdoc/>
    protected override string EventCode => "TC000I";

    /// <summary><c>user</c> or <c>host</c>.</summary>
    [JsonPropertyName("cert_type")]
    public required string CertificateType { get; init; }

    /// <summary>Whom it names.</summary>
    [JsonPropertyName("identity")]
    public required CertificateIdentity Identity { get; init; }
}

/// <summary>Whom a certificate names.</summary>
public sealed record CertificateIdentity
{
    /// <summary>Access requests whose grants it carries; <c>null</c>: none.</summary>
    [JsonPropertyName("access_requests")]
    public IReadOnlyList<string>? AccessRequests { get; init; }

    /// <summary>The user or host.</summary>
    [JsonPropertyName("user")]
    public required string User { get; init; }

    /// <summary>Roles.</summary>
    [JsonPropertyName("roles")]
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>Logins.</summary>
    [JsonPropertyName("logins")]
    public IReadOnlyList<string> Logins { get; init; } = [];

    /// <summary>When it ends.</summary>
    [JsonPropertyName("expires")]
    public DateTimeOffset? Expires { get; init; }
}

/// <summary>The private keys of an authority were exported.</summary>
public sealed record AuthorityExportedEvent : ResourceEvent
{
    /// <inheritdoc/>
    protected override string EventType => "cert_authority.export";

    /// <inheritdoc/>
    protected override string EventCode => "TCA001I";
}

/// <summary>A call to the auth service was refused for lack of rights.</summary>
public sealed record AccessDeniedEvent : ActorEvent
{
    /// <inheritdoc/>
    protected override string EventType => "access.denied";

    /// <inheritdoc/>
    protected override string EventCode => "TAD00W";

    /// <summary>Kind of resource.</summary>
    [JsonPropertyName("resource_kind")]
    public required string ResourceKind { get; init; }

    /// <summary>What was tried.</summary>
    [JsonPropertyName("verb")]
    public required string Verb { get; init; }
}

/// <summary>Settings of the cluster were changed.</summary>
public sealed record SettingsUpdatedEvent : ResourceEvent
{
    /// <inheritdoc/>
    protected override string EventType => Kind switch
    {
        Resources.ResourceKinds.AuthPreference => "auth_preference.update",
        Resources.ResourceKinds.NetworkingConfig => "cluster_networking_config.update",
        _ => "session_recording_config.update",
    };

    /// <inheritdoc/>
    protected override string EventCode => Kind switch
    {
        Resources.ResourceKinds.AuthPreference => "TCAUTH001I",
        Resources.ResourceKinds.NetworkingConfig => "TCNET002I",
        _ => "TCREC003I",
    };

    /// <summary>The kind of settings.</summary>
    // Not "required": the serializer refuses a required property that it ignores.
    [JsonIgnore]
    public string Kind { get; init; } = "";
}
