using Grpc.Core;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Api;
using Teleport.Api.Resources.V1;

namespace Teleport.Tsh;

/// <summary>The nodes that the user may see.</summary>
internal static class NodeList
{
    /// <summary>All nodes that have every label, by name.</summary>
    public static async Task<IReadOnlyList<Server>> ListAsync(AuthClient auth, IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken)
    {
        var nodes = new List<Server>();
        using AsyncServerStreamingCall<ResourceDocument> call = auth.Resources.List(new ListRequest { Kind = ResourceKinds.Node }, cancellationToken: cancellationToken);
        while (await call.ResponseStream.MoveNext(cancellationToken))
        {
            var node = (Server)ResourceJson.Deserialize(ResourceKinds.Node, call.ResponseStream.Current.Json.Span);
            IReadOnlyDictionary<string, string> all = node.AllLabels();
            if (labels.All(label => all.TryGetValue(label.Key, out string? value) && (label.Value == "*" || value == label.Value)))
            {
                nodes.Add(node);
            }
        }

        return [.. nodes.OrderBy(static n => n.Spec.Hostname, StringComparer.Ordinal).ThenBy(static n => n.Metadata.Name, StringComparer.Ordinal)];
    }

    /// <summary>Reads <c>k=v,k2="v 2"</c>; a pair without <c>=</c> may be written <c>k:v</c>.</summary>
    /// <exception cref="TeleportException">Code <c>invalid</c>.</exception>
    public static IReadOnlyDictionary<string, string> ParseLabels(string? text)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        int start = 0;
        bool quoted = false;
        for (int i = 0; i <= (text?.Length ?? -1); i++)
        {
            if (i < text!.Length && text[i] == '"')
            {
                quoted = !quoted;
            }

            if (i < text.Length && (quoted || text[i] is not (',' or ';')))
            {
                continue;
            }

            string pair = text[start..i].Trim();
            start = i + 1;
            int mark = pair.IndexOf('=', StringComparison.Ordinal) is >= 0 and var equals ? equals : pair.IndexOf(':', StringComparison.Ordinal);
            if (mark <= 0)
            {
                throw TeleportException.Invalid($"\"{pair}\" is no label: expected key=value.");
            }

            labels[pair[..mark].Trim()] = pair[(mark + 1)..].Trim().Trim('"');
        }

        return labels;
    }
}
