using Teleport.Abstractions.Configuration;

namespace Teleport.Proxy.Configuration;

/// <summary>The older way to write the Kubernetes keys.</summary>
public sealed record KubernetesOptions
{
    /// <summary>Whether Kubernetes clients are served.</summary>
    public bool Enabled { get; init; }

    /// <summary>Where they connect.</summary>
    public NetworkAddress? ListenAddr { get; init; }

    /// <summary>Addresses by which they know the proxy.</summary>
    public IReadOnlyList<NetworkAddress> PublicAddr { get; init; } = [];

    /// <summary>Credentials of clusters to serve.</summary>
    public string? KubeconfigFile { get; init; }

    /// <summary>Name of the Kubernetes cluster.</summary>
    public string? ClusterName { get; init; }
}
