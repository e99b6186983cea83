using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Teleport.Yaml;

/// <summary>Builds nodes from the events of the parser.</summary>
internal sealed class YamlReader(string text, YamlLimits limits)
{
    private readonly Parser _parser = new(new StringReader(text));
    private int _nodes;

    public IReadOnlyList<YamlNode> ReadAll()
    {
        if (text.Length > limits.MaxCharacters)
        {
            throw Mistake(new YamlLocation(1, 1), Invariant($"the text has {text.Length} characters; at most {limits.MaxCharacters} are read"));
        }

        try
        {
            return ReadDocuments();
        }
        catch (YamlException e)
        {
            throw TabNear(e.Start) ?? Mistake(LocationOf(e.Start), Sentence(e));
        }
    }

    private List<YamlNode> ReadDocuments()
    {
        var documents = new List<YamlNode>();
        _parser.Consume<StreamStart>();
        while (!_parser.TryConsume<StreamEnd>(out _))
        {
            _parser.Consume<DocumentStart>();
            YamlNode root = ReadNode(depth: 0);
            _parser.Consume<DocumentEnd>();
            if (root is not YamlScalar { IsEmpty: true })
            {
                documents.Add(root);
            }
        }

        return documents;
    }

    private YamlNode ReadNode(int depth)
    {
        ParsingEvent start = _parser.Consume<ParsingEvent>();
        YamlLocation location = LocationOf(start.Start);
        if (++_nodes > limits.MaxNodes)
        {
            throw Mistake(location, Invariant($"the text holds more than {limits.MaxNodes} values"));
        }

        if (depth > limits.MaxDepth)
        {
            throw Mistake(location, Invariant($"values are nested more than {limits.MaxDepth} deep"));
        }

        if (start is AnchorAlias)
        {
            throw Mistake(location, "aliases (*name) are not allowed: write the value out");
        }

        if (start is NodeEvent { Anchor.IsEmpty: false })
        {
            throw Mistake(location, "anchors (&name) are not allowed: write the value out where it is needed");
        }

        if (start is NodeEvent { Tag: { IsEmpty: false, IsNonSpecific: false } tag })
        {
            throw Mistake(location, $"tags are not allowed: remove {tag.Value}");
        }

        return start switch
        {
            Scalar scalar => new YamlScalar(scalar.Value, scalar.Style == ScalarStyle.Plain, location),
            SequenceStart => ReadSequence(location, depth),
            MappingStart => ReadMapping(location, depth),
            _ => throw Mistake(location, "expected a value"),
        };
    }

    private YamlSequence ReadSequence(YamlLocation location, int depth)
    {
        var items = new List<YamlNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(ReadNode(depth + 1));
        }

        return new YamlSequence(items, location);
    }

    private YamlMapping ReadMapping(YamlLocation location, int depth)
    {
        var entries = new List<YamlEntry>();
        var seen = new Dictionary<string, YamlLocation>(StringComparer.Ordinal);
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            YamlNode key = ReadNode(depth + 1);
            if (key is not YamlScalar scalar)
            {
                throw Mistake(key.Location, $"expected a key, got {key.Description}");
            }

            if (!seen.TryAdd(scalar.Text, key.Location))
            {
                throw Mistake(key.Location, $"the key \"{scalar.Text}\" stands here for the second time; the first is at {seen[scalar.Text]}");
            }

            entries.Add(new YamlEntry(scalar, ReadNode(depth + 1)));
        }

        return new YamlMapping(entries, location);
    }

    // A tab in the indentation is the most frequent reason, and the parser reports it elsewhere and in other words.
    private YamlMistakesException? TabNear(Mark mark)
    {
        const int linesAfter = 2;
        int line = (int)mark.Line - 1;
        foreach (string candidate in text.Split('\n').Skip(line).Take(linesAfter + 1))
        {
            line++;
            int indent = candidate.Length - candidate.AsSpan().TrimStart().Length;
            int tab = candidate.AsSpan(0, indent).IndexOf('\t');
            if (tab >= 0 && indent < candidate.Length)
            {
                return Mistake(new YamlLocation(line, tab + 1), "not valid YAML: the line is indented by a tab; use spaces");
            }
        }

        return null;
    }

    private static YamlLocation LocationOf(Mark mark) => new((int)mark.Line, (int)mark.Column);

    private static YamlMistakesException Mistake(YamlLocation location, string message) => new([new YamlMistake(location, "", message)]);

    // The parser's own messages name what it expected; only a frequent one is unclear to somebody who does not know YAML's terms.
    private static string Sentence(YamlException e) => e.Message switch
    {
        var m when m.Contains("found character that cannot start any token", StringComparison.Ordinal) =>
            "not valid YAML: a value cannot begin with this character; put it in quotes",
        var m when m.Contains("lock sequence entries are not allowed", StringComparison.Ordinal) =>
            "not valid YAML: a list item (\"- \") cannot stand here",
        var m => "not valid YAML: " + char.ToLowerInvariant(m[0]) + m[1..].TrimEnd('.'),
    };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
