using Teleport.Abstractions.Resources;
using Teleport.Access.Templates;

namespace Teleport.Access.Matching;

/// <summary>A label map of a role, ready to match: every key must match (and), by any of its values (or). An empty one matches nothing.</summary>
internal sealed class LabelSelector
{
    private readonly IReadOnlyList<(string Key, IReadOnlyList<ValueMatcher> Values)> _rows;
    private readonly bool _matchesAll;

    private LabelSelector(bool matchesAll, IReadOnlyList<(string Key, IReadOnlyList<ValueMatcher> Values)> rows) =>
        (_matchesAll, _rows) = (matchesAll, rows);

    public static LabelSelector Nothing { get; } = new(false, []);

    public static LabelSelector Everything { get; } = new(true, []);

    public bool IsEmpty => !_matchesAll && _rows.Count == 0;

    /// <exception cref="FormatException">A pattern or template is wrong, or the key <c>*</c> has another value than <c>*</c>.</exception>
    public static LabelSelector Create(IReadOnlyDictionary<string, StringList>? labels, TraitSource traits)
    {
        if (labels is null || labels.Count == 0)
        {
            return Nothing;
        }

        var rows = new List<(string, IReadOnlyList<ValueMatcher>)>();
        bool all = false;
        foreach ((string key, StringList values) in labels)
        {
            if (key == "*")
            {
                all = values is ["*"] ? true : throw new FormatException("The label key \"*\" may only have the value \"*\".");
                continue;
            }

            rows.Add((key, [.. values.SelectMany(value => Template.Parse(value).ToMatchers(traits))]));
        }

        return new LabelSelector(all && rows.Count == 0, rows);
    }

    public bool IsMatch(IReadOnlyDictionary<string, string> labels)
    {
        if (_matchesAll)
        {
            return true;
        }

        foreach ((string key, IReadOnlyList<ValueMatcher> values) in _rows)
        {
            if (!labels.TryGetValue(key, out string? actual) || !values.Any(value => value.IsMatch(actual)))
            {
                return false;
            }
        }

        return _rows.Count > 0;
    }
}
