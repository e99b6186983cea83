using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Security;

namespace Teleport.Auth.Options;

/// <summary>The section <c>auth_service</c>.</summary>
public sealed record AuthOptions : IPluginOptions
{
    private const string Elsewhere = "it belongs to features that come later";

    public bool Enabled { get; init; } = true;

    /// <summary>The name that stands in every certificate; <c>null</c>: the host's. Stored on the first start, and kept.</summary>
    public string? ClusterName { get; init; }

    public NetworkAddress? ListenAddr { get; init; }

    /// <summary>Further names of this auth server, put into its certificate and announced.</summary>
    public IReadOnlyList<NetworkAddress> PublicAddr { get; init; } = [];

    /// <summary>Static join tokens: <c>roles:TOKEN</c>, or <c>roles:/path/of/a/file</c>.</summary>
    public IReadOnlyList<Secret> Tokens { get; init; } = [];

    public AuthenticationOptions Authentication { get; init; } = new();

    /// <summary><c>node</c> or <c>off</c>; <c>null</c>: what the cluster has stored.</summary>
    public string? SessionRecording { get; init; }

    public TimeSpan? ClientIdleTimeout { get; init; }

    public bool? DisconnectExpiredCert { get; init; }

    public TimeSpan? KeepAliveInterval { get; init; }

    public int? KeepAliveCountMax { get; init; }

    [Legacy("It matters only where proxies record sessions; here nodes do.")]
    public bool ProxyChecksHostKeys { get; init; } = true;

    [Reserved("limits of connections over the whole cluster are not enforced yet; remove the key.")]
    public TimeSpan SessionControlTimeout { get; init; } = TimeSpan.FromMinutes(2);

    [Reserved("the auth service sees the addresses of its peers only; remove the key.")]
    public string? ProxyProtocol { get; init; }

    [Legacy]
    public string? LicenseFile { get; init; }

    [Reserved(Elsewhere)]
    public string? ClientIdleTimeoutMessage { get; init; }

    [Reserved(Elsewhere)]
    public string? MessageOfTheDay { get; init; }

    [Reserved(Elsewhere)]
    public TimeSpan? WebIdleTimeout { get; init; }

    [Reserved("names that fit several servers are always refused, with the candidates.")]
    public string RoutingStrategy { get; init; } = "unambiguous_match";

    [Reserved("every port of a proxy is announced separately.")]
    public string ProxyListenerMode { get; init; } = "separate";

    [Reserved("every agent keeps a tunnel to each proxy.")]
    public TunnelStrategyOptions TunnelStrategy { get; init; } = new();

    [Reserved("authorities keep their keys in the cluster's storage.")]
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>? CaKeyParams { get; init; }

    [Reserved(Elsewhere)]
    public bool LoadAllCas { get; init; }

    [Reserved(Elsewhere)]
    public TimeSpan? ProxyPingInterval { get; init; }

    [Reserved(Elsewhere)]
    public IReadOnlyDictionary<string, string>? HostedPlugins { get; init; }

    [Reserved(Elsewhere)]
    public IReadOnlyDictionary<string, string>? AccessMonitoring { get; init; }

    [Legacy("Authorities are made on the first start.")]
    public IReadOnlyList<IReadOnlyDictionary<string, string>>? Authorities { get; init; }

    [Legacy]
    public IReadOnlyList<IReadOnlyDictionary<string, string>>? ReverseTunnels { get; init; }

    [Legacy("Create the resource with tctl create.")]
    public IReadOnlyList<IReadOnlyDictionary<string, string>>? TrustedClusters { get; init; }

    [Legacy("Create the resource with tctl create.")]
    public IReadOnlyList<IReadOnlyDictionary<string, string>>? OidcConnectors { get; init; }

    [Legacy("It belongs to kubernetes_service.")]
    public string? KubeconfigFile { get; init; }

    /// <inheritdoc/>
    public void Validate(OptionsValidation validation)
    {
        ArgumentNullException.ThrowIfNull(validation);
        if (ClusterName is { } name && !IsClusterName(name))
        {
            validation.AddError("cluster_name", $"\"{name}\" is no cluster name: 1 to 128 letters, digits and the characters . _ -, beginning with a letter or digit.");
        }

        if (ListenAddr is { } listen)
        {
            try
            {
                listen.ToListenEndPoint(Api.AuthProtocol.DefaultPort);
            }
            catch (FormatException e)
            {
                validation.AddError("listen_addr", e.Message);
            }
        }

        for (int i = 0; i < Tokens.Count; i++)
        {
            StaticTokenLine.Validate(Tokens[i], $"tokens[{i}]", validation);
        }

        if (SessionRecording is { } mode and not ("node" or "off"))
        {
            validation.AddError("session_recording", mode is "node-sync" or "proxy" or "proxy-sync"
                ? $"\"{mode}\" is not supported yet: use node, or off."
                : $"\"{mode}\" is unknown: use node, or off.");
        }

        if (KeepAliveCountMax is < 1)
        {
            validation.AddError("keep_alive_count_max", "must be at least 1.");
        }

        if (KeepAliveInterval is { } interval && interval != Timeout.InfiniteTimeSpan && interval < TimeSpan.FromSeconds(1))
        {
            validation.AddError("keep_alive_interval", "must be at least 1s.");
        }

        Authentication.Validate(validation);
    }

    /// <summary>Whether a text can be a cluster's name.</summary>
    internal static bool IsClusterName(string name) =>
        name.Length is > 0 and <= 128
        && char.IsAsciiLetterOrDigit(name[0])
        && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}

/// <summary>How agents reach proxies.</summary>
public sealed record TunnelStrategyOptions
{
    public string Type { get; init; } = "agent_mesh";

    public int AgentConnectionCount { get; init; } = 1;
}
