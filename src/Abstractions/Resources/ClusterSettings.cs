namespace Teleport.Abstractions.Resources;

/// <summary>The name that stands in every certificate of the cluster. Set once.</summary>
public sealed record ClusterName : Resource
{
    /// <summary>The one name that this resource has.</summary>
    public const string SingletonName = "cluster-name";

    /// <inheritdoc/>
    public override string Kind { get; init; } = ResourceKinds.ClusterName;

    /// <inheritdoc/>
    public override string Version { get; init; } = "v2";

    /// <summary>Name and id.</summary>
    public ClusterNameSpec Spec { get; init; } = new();
}

/// <summary>Name and id of a cluster.</summary>
public sealed record ClusterNameSpec
{
    /// <summary>The name: letters, digits and <c>. _ -</c>.</summary>
    public string ClusterName { get; init; } = "";

    /// <summary>A UUID.</summary>
    public string ClusterId { get; init; } = "";
}

/// <summary>How users log in.</summary>
public sealed record AuthPreference : Resource
{
    /// <summary>The one name that this resource has.</summary>
    public const string SingletonName = "cluster-auth-preference";

    /// <inheritdoc/>
    public override string Kind { get; init; } = ResourceKinds.AuthPreference;

    /// <inheritdoc/>
    public override string Version { get; init; } = "v2";

    /// <summary>The settings.</summary>
    public AuthPreferenceSpec Spec { get; init; } = new();
}

/// <summary>How users log in.</summary>
public sealed record AuthPreferenceSpec
{
    /// <summary>Type of the default connector, as <c>local</c>.</summary>
    public string Type { get; init; } = "local";

    /// <summary>Whether a second factor is asked for: <c>off</c> or <c>otp</c>.</summary>
    public string SecondFactor { get; init; } = "otp";

    /// <summary>Name of the default connector; <c>null</c>: the type.</summary>
    public string? ConnectorName { get; init; }

    /// <summary>Whether passwords are accepted at all.</summary>
    public bool AllowLocalAuth { get; init; } = true;

    /// <summary>Whether connections end with their certificate.</summary>
    public bool DisconnectExpiredCert { get; init; }

    /// <summary>Life of certificates when the client asks for none, as <c>12h</c>.</summary>
    public string DefaultSessionTtl { get; init; } = "12h";
}

/// <summary>How connections are kept.</summary>
public sealed record NetworkingConfig : Resource
{
    /// <summary>The one name that this resource has.</summary>
    public const string SingletonName = "cluster-networking-config";

    /// <inheritdoc/>
    public override string Kind { get; init; } = ResourceKinds.NetworkingConfig;

    /// <inheritdoc/>
    public override string Version { get; init; } = "v2";

    /// <summary>The settings.</summary>
    public NetworkingConfigSpec Spec { get; init; } = new();
}

/// <summary>How connections are kept.</summary>
public sealed record NetworkingConfigSpec
{
    /// <summary>Idle time after which connections end, as <c>30m</c>; <c>null</c>: never.</summary>
    public string? ClientIdleTimeout { get; init; }

    /// <summary>How often a silent peer is asked whether it lives.</summary>
    public string KeepAliveInterval { get; init; } = "5m";

    /// <summary>After how many unanswered questions the connection ends.</summary>
    public int KeepAliveCountMax { get; init; } = 3;
}

/// <summary>Where sessions are recorded.</summary>
public sealed record RecordingConfig : Resource
{
    /// <summary>The one name that this resource has.</summary>
    public const string SingletonName = "session-recording-config";

    /// <inheritdoc/>
    public override string Kind { get; init; } = ResourceKinds.RecordingConfig;

    /// <inheritdoc/>
    public override string Version { get; init; } = "v2";

    /// <summary>The settings.</summary>
    public RecordingConfigSpec Spec { get; init; } = new();
}

/// <summary>Where sessions are recorded.</summary>
public sealed record RecordingConfigSpec
{
    /// <summary><c>node</c> or <c>off</c>.</summary>
    public string Mode { get; init; } = "node";
}
