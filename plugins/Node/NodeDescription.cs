using System.Collections.Immutable;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Resources;

namespace Teleport.Node;

/// <summary>What the node announces of itself.</summary>
internal sealed class NodeDescription
{
    private readonly Func<IReadOnlyDictionary<string, CommandLabel>> _dynamic;
    private readonly Server _fixed;
    private volatile Tuple<IReadOnlyDictionary<string, CommandLabel>, Server>? _last;

    /// <summary>Describes a node.</summary>
    /// <param name="options">The section.</param>
    /// <param name="instance">The instance.</param>
    /// <param name="hostId">The host's id.</param>
    /// <param name="address">Where it listens; <c>null</c>: it is reached through a tunnel only.</param>
    /// <param name="dynamicLabels">The labels of commands as they are now.</param>
    public NodeDescription(
        NodeOptions options, InstanceOptions instance, string hostId, NetworkAddress? address, Func<IReadOnlyDictionary<string, CommandLabel>> dynamicLabels)
    {
        _dynamic = dynamicLabels;
        ImmutableDictionary<string, string> labels = options.Labels.ToImmutableDictionary().SetItems(instance.Labels);
        _fixed = new Server
        {
            Kind = ResourceKinds.Node,
            Metadata = new ResourceMetadata { Name = hostId, Labels = labels },
            Spec = new ServerSpec
            {
                Addr = address?.ToHostPort() ?? "",
                PublicAddrs = options.PublicAddr.Count > 0 ? [.. options.PublicAddr.Select(static known => known.WithDefaultPort(NodeService.DefaultPort).ToHostPort())] : null,
                Hostname = instance.Nodename,
                UseTunnel = address is null,
                Version = instance.Version,
            },
        };
    }

    /// <summary>The node with its present labels.</summary>
    public Server Current()
    {
        IReadOnlyDictionary<string, CommandLabel> labels = _dynamic();
        if (_last is { } last && ReferenceEquals(last.Item1, labels))
        {
            return last.Item2;
        }

        Server server = _fixed with { Spec = _fixed.Spec with { CmdLabels = labels.Count > 0 ? labels : null } };
        _last = Tuple.Create(labels, server);
        return server;
    }
}
