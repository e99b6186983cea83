using Teleport.Abstractions.Configuration;

namespace Teleport.Hosting.Configuration.KnownSections;

/// <summary>Kubernetes clusters.</summary>
internal sealed record KubernetesSection : IPluginOptions
{
    public bool Enabled { get; init; }

    public NetworkAddress? ListenAddr { get; init; }

    public IReadOnlyList<NetworkAddress> PublicAddr { get; init; } = [];

    public string? KubeconfigFile { get; init; }

    public string? KubeClusterName { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<CommandSection> Commands { get; init; } = [];

    public IReadOnlyList<MatcherSection> Resources { get; init; } = [];

    public void Validate(OptionsValidation validation)
    {
        if (Enabled && KubeconfigFile is null == KubeClusterName is null)
        {
            validation.AddError(
                KubeconfigFile is null ? "enabled" : "kube_cluster_name",
                "the service needs exactly one of kubeconfig_file (outside a cluster) and kube_cluster_name (in a pod)");
        }
    }
}
