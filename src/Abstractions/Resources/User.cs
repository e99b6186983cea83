namespace Teleport.Abstractions.Resources;

/// <summary>Somebody whom the cluster knows. Passwords and second factors are kept elsewhere.</summary>
public sealed record User : Resource
{
    /// <inheritdoc/>
    [System.Text.Json.Serialization.JsonPropertyOrder(-10)]
    public override string Kind { get; set; } = ResourceKinds.User;

    /// <inheritdoc/>
    [System.Text.Json.Serialization.JsonPropertyOrder(-8)]
    public override string Version { get; set; } = "v2";

    /// <summary>What is known of the user.</summary>
    public UserSpec Spec { get; set; } = new();

    /// <summary>What the system noted; ignored on a write by an administrator.</summary>
    public UserStatus? Status { get; set; }
}

/// <summary>What is known of a user.</summary>
public sealed record UserSpec
{
    /// <summary>Names of roles.</summary>
    public StringList Roles { get; set; } = [];

    /// <summary>Traits, as <c>logins</c>.</summary>
    public IReadOnlyDictionary<string, StringList> Traits { get; set; } = new Dictionary<string, StringList>();

    /// <summary>Who created the user and when.</summary>
    public UserCreatedBy? CreatedBy { get; set; }
}

/// <summary>Who created a user.</summary>
public sealed record UserCreatedBy
{
    /// <summary>When.</summary>
    public DateTimeOffset? Time { get; set; }

    /// <summary>The user or host that did it.</summary>
    public string? User { get; set; }

    /// <summary>The connector through which the user came, as <c>local</c>.</summary>
    public string? Connector { get; set; }
}

/// <summary>What the system noted of a user.</summary>
public sealed record UserStatus
{
    /// <summary>Whether logins are refused after too many failures.</summary>
    public bool IsLocked { get; set; }

    /// <summary>Until when.</summary>
    public DateTimeOffset? LockExpires { get; set; }

    /// <summary>Whether a password is set.</summary>
    public bool PasswordSet { get; set; }
}
