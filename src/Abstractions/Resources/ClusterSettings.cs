namespace Teleport.Abstractions.Resources;

/// <summary>The name that stands in every certificate of the cluster. Set once.</summary>
public sealed record ClusterName : Resource
{
    /// <summary>The one name that this resource has.</summary>
    public const string SingletonName = "cluster-name";

    /// <inheritdoc/>
    [System.Text.Json.Serialization.JsonPropertyOrder(-10)]
    public override string Kind { get; set; } = ResourceKinds.ClusterName;

    /// <inheritdoc/>
    [System.Text.Json.Serialization.JsonPropertyOrder(-8)]
    public override string Version { get; set; } = "v2";

    /// <summary>Name and id.</summary>
    public ClusterNameSpec Spec { get; set; } = new();
}

/// <summary>Name and id of a cluster.</summary>
public sealed record ClusterNameSpec
{
    /// <summary>The name: letters, digits and <c>. _ -</c>.</summary>
    public string ClusterName { get; set; } = "";

    /// <summary>A UUID.</summary>
    public string ClusterId { get; set; } = "";
}

/// <summary>How users log in.</summary>
public sealed record AuthPreference : Resource
{
    /// <summary>The one name that this resource has.</summary>
    public const string SingletonName = "cluster-auth-preference";

    /// <inheritdoc/>
    [System.Text.Json.Serialization.JsonPropertyOrder(-10)]
    public override string Kind { get; set; } = ResourceKinds.AuthPreference;

    /// <inheritdoc/>
    [System.Text.Json.Serialization.JsonPropertyOrder(-8)]
    public override string Version { get; set; } = "v2";

    /// <summary>The settings.</summary>
    public AuthPreferenceSpec Spec { get; set; } = new();
}

/// <summary>How users log in.</summary>
public sealed record AuthPreferenceSpec
{
    /// <summary>Type of the default connector, as <c>local</c>.</summary>
    public string Type { get; set; } = "local";

    /// <summary>Whether a second factor is asked for: <c>off</c> or <c>otp</c>.</summary>
    public string SecondFactor { get; set; } = "otp";

    /// <summary>Name of the default connector; <c>null</c>: the type.</summary>
    public string? ConnectorName { get; set; }

    /// <summary>Whether passwords are accepted at all.</summary>
    public bool AllowLocalAuth { get; set; } = true;

    /// <summary>Whether connections end with their certificate.</summary>
    public bool DisconnectExpiredCert { get; set; }

    /// <summary>Life of certificates when the client asks for none, as <c>12h</c>.</summary>
    public string DefaultSessionTtl { get; set; } = "12h";
}

/// <summary>How connections are kept.</summary>
public sealed record NetworkingConfig : Resource
{
    /// <summary>The one name that this resource has.</summary>
    public const string SingletonName = "cluster-networking-config";

    /// <inheritdoc/>
    [System.Text.Json.Serialization.JsonPropertyOrder(-10)]
    public override string Kind { get; set; } = ResourceKinds.NetworkingConfig;

    /// <inheritdoc/>
    [System.Text.Json.Serialization.JsonPropertyOrder(-8)]
    public override string Version { get; set; } = "v2";

    /// <summary>The settings.</summary>
    public NetworkingConfigSpec Spec { get; set; } = new();
}

/// <summary>How connections are kept.</summary>
public sealed record NetworkingConfigSpec
{
    /// <summary>Idle time after which connections end, as <c>30m</c>; <c>null</c>: never.</summary>
    public string? ClientIdleTimeout { get; set; }

    /// <summary>How often a silent peer is asked whether it lives.</summary>
    public string KeepAliveInterval { get; set; } = "5m";

    /// <summary>After how many unanswered questions the connection ends.</summary>
    public int KeepAliveCountMax { get; set; } = 3;
}

/// <summary>Where sessions are recorded.</summary>
public sealed record RecordingConfig : Resource
{
    /// <summary>The one name that this resource has.</summary>
    public const string SingletonName = "session-recording-config";

    /// <inheritdoc/>
    [System.Text.Json.Serialization.JsonPropertyOrder(-10)]
    public override string Kind { get; set; } = ResourceKinds.RecordingConfig;

    /// <inheritdoc/>
    [System.Text.Json.Serialization.JsonPropertyOrder(-8)]
    public override string Version { get; set; } = "v2";

    /// <summary>The settings.</summary>
    public RecordingConfigSpec Spec { get; set; } = new();
}

/// <summary>Where sessions are recorded.</summary>
public sealed record RecordingConfigSpec
{
    /// <summary><c>node</c> or <c>off</c>.</summary>
    public string Mode { get; set; } = "node";
}
