using Teleport.Abstractions.Resources;

namespace Teleport.Client.Nodes;

/// <summary>Chooses nodes by labels that they must have, and by words that must occur in name or labels.</summary>
public sealed class NodeSelector
{
    private const string Any = "*";

    private readonly IReadOnlyDictionary<string, string> _labels;
    private readonly IReadOnlyList<string> _words;

    private NodeSelector(IReadOnlyDictionary<string, string> labels, IReadOnlyList<string> words) => (_labels, _words) = (labels, words);

    /// <summary>Whether a host, as typed for <c>tsh ssh</c>, stands for labels.</summary>
    public static bool IsSelector(string host)
    {
        ArgumentNullException.ThrowIfNull(host);
        return host.Contains('=', StringComparison.Ordinal);
    }

    /// <summary>Reads a selection.</summary>
    /// <param name="labels">As <c>env=prod,tier=one</c>; <c>null</c> or empty: any.</param>
    /// <param name="words">Words separated by commas; <c>null</c> or empty: any.</param>
    public static NodeSelector Parse(string? labels, string? words = null) => new(
        LabelText.Parse(labels ?? ""),
        (words ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    /// <summary>Whether a node is chosen.</summary>
    public bool Matches(Server node)
    {
        ArgumentNullException.ThrowIfNull(node);
        IReadOnlyDictionary<string, string> has = node.AllLabels();
        return _labels.All(wanted => has.TryGetValue(wanted.Key, out string? value) && (wanted.Value == Any || wanted.Value == value))
            && _words.All(word => Texts(node, has).Any(text => text.Contains(word, StringComparison.OrdinalIgnoreCase)));
    }

    private static IEnumerable<string> Texts(Server node, IReadOnlyDictionary<string, string> labels) =>
        labels.SelectMany(static l => new[] { l.Key, l.Value }).Append(node.Spec.Hostname).Append(node.Metadata.Name).Append(node.Spec.Addr);
}
