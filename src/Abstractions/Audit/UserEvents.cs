using System.Text.Json.Serialization;

namespace Teleport.Abstractions.Audit;

/// <summary>An event about somebody who acts.</summary>
public abstract record ActorEvent : AuditEvent
{
    /// <summary>Who acts: a user, or <c>HOSTID.CLUSTER</c>.</summary>
    [JsonPropertyName("user")]
    public string? User { get; init; }

    /// <summary>Who asked for the user's certificate on the user's behalf.</summary>
    [JsonPropertyName("impersonator")]
    public string? Impersonator { get; init; }

    /// <summary>Where the actor connected from.</summary>
    [JsonPropertyName("addr.remote")]
    public string? RemoteAddress { get; init; }
}

/// <summary>Somebody logged in, or failed to.</summary>
public sealed record UserLoginEvent : ActorEvent
{
    /// <inheritdoc/>
    protected override string EventType => "user.login";

    /// <inheritdoc/>
    protected override string EventCode => (Method == "local", Success) switch
    {
        (true, true) => "T1000I",
        (true, false) => "T1000W",
        (false, true) => "T1001I",
        (false, false) => "T1001W",
    };

    /// <summary>Whether it succeeded.</summary>
    [JsonPropertyName("success")]
    public required bool Success { get; init; }

    /// <summary>For operators: what was wrong.</summary>
    [JsonPropertyName("error")]
    public string? Error { get; init; }

    /// <summary>Type of the connector, as <c>local</c>.</summary>
    [JsonPropertyName("method")]
    public required string Method { get; init; }

    /// <summary>The second factor shown, as <c>totp</c>.</summary>
    [JsonPropertyName("mfa_device")]
    public string? SecondFactor { get; init; }
}

/// <summary>A user was created.</summary>
public sealed record UserCreatedEvent : ResourceEvent
{
    /// <inheritdoc/>
    protected override string EventType => "user.create";

    /// <inheritdoc/>
    protected override string EventCode => "T1002I";

    /// <summary>Roles of the user.</summary>
    [JsonPropertyName("roles")]
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>The connector, as <c>local</c>.</summary>
    [JsonPropertyName("connector")]
    public string Connector { get; init; } = "local";
}

/// <summary>A user was changed.</summary>
public sealed record UserUpdatedEvent : ResourceEvent
{
    /// <inheritdoc/>
    protected override string EventType => "user.update";

    /// <inheritdoc/>
    protected override string EventCode => "T1003I";

    /// <summary>Roles of the user.</summary>
    [JsonPropertyName("roles")]
    public IReadOnlyList<string> Roles { get; init; } = [];
}

/// <summary>A user was deleted.</summary>
public sealed record UserDeletedEvent : ResourceEvent
{
    /// <inheritdoc/>
    protected override string EventType => "user.delete";

    /// <inheritdoc/>
    protected override string EventCode => "T1004I";
}

/// <summary>A user set a password.</summary>
public sealed record PasswordChangedEvent : ActorEvent
{
    /// <inheritdoc/>
    protected override string EventType => "user.password_change";

    /// <inheritdoc/>
    protected override string EventCode => "T1005I";
}

/// <summary>A user got a second factor.</summary>
public sealed record MfaAddedEvent : ActorEvent
{
    /// <inheritdoc/>
    protected override string EventType => "mfa.add";

    /// <inheritdoc/>
    protected override string EventCode => "T1006I";

    /// <summary>Its name.</summary>
    [JsonPropertyName("mfa_device_name")]
    public required string DeviceName { get; init; }

    /// <summary>Its type, as <c>TOTP</c>.</summary>
    [JsonPropertyName("mfa_device_type")]
    public required string DeviceType { get; init; }
}

/// <summary>An invitation or a reset link was made.</summary>
public sealed record InvitationCreatedEvent : ResourceEvent
{
    /// <inheritdoc/>
    protected override string EventType => "reset_password_token.create";

    /// <inheritdoc/>
    protected override string EventCode => "T6000I";

    /// <summary>How long it is good for.</summary>
    [JsonPropertyName("ttl")]
    public string? Ttl { get; init; }
}
