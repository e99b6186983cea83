using Grpc.Core;
using Teleport.Abstractions.Resources;
using Teleport.Api;
using Teleport.Api.Resources.V1;
using Teleport.Client.Output;

namespace Teleport.Client.Nodes;

/// <summary>The nodes that the user may see.</summary>
public static class NodeList
{
    private const int LabelsOnALine = 2;

    /// <summary>Asks the auth service for nodes, by name.</summary>
    public static async Task<IReadOnlyList<Server>> LoadAsync(AuthClient auth, NodeSelector selector, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(auth);
        ArgumentNullException.ThrowIfNull(selector);
        var nodes = new List<Server>();
        using AsyncServerStreamingCall<ResourceDocument> call = auth.Resources.List(new ListRequest { Kind = ResourceKinds.Node }, cancellationToken: cancellationToken);
        while (await call.ResponseStream.MoveNext(cancellationToken))
        {
            if (ResourceJson.Deserialize(ResourceKinds.Node, call.ResponseStream.Current.Json.Span) is Server node && selector.Matches(node))
            {
                nodes.Add(node);
            }
        }

        return [.. nodes.OrderBy(static node => node.Spec.Hostname, StringComparer.Ordinal).ThenBy(static node => node.Metadata.Name, StringComparer.Ordinal)];
    }

    /// <summary>Where a node is, for people.</summary>
    public static string AddressOf(Server node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return node.Spec.UseTunnel ? "⟵ Tunnel" : node.Spec.Addr;
    }

    /// <summary>The table of <c>tsh ls</c>.</summary>
    /// <param name="nodes">The nodes.</param>
    /// <param name="verbose">With ids, and all labels in a line.</param>
    public static Table Format(IEnumerable<Server> nodes, bool verbose)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        var table = verbose ? new Table("Node Name", "Node ID", "Address", "Labels") : new Table("Node Name", "Address", "Labels");
        foreach (Server node in nodes)
        {
            if (verbose)
            {
                table.Add(node.Spec.Hostname, node.Metadata.Name, AddressOf(node), LabelText.Format(node.AllLabels()));
            }
            else
            {
                // What is a label's own may hold line ends; those of the table stand between pairs of labels.
                IEnumerable<string> lines = LabelText.Pairs(node.AllLabels()).Select(static pair => pair.ReplaceLineEndings("")).Chunk(LabelsOnALine).Select(static line => string.Join(", ", line));
                table.Add(node.Spec.Hostname, AddressOf(node), string.Join('\n', lines));
            }
        }

        return table;
    }
}
