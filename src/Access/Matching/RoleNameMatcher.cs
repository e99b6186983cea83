using System.Text.RegularExpressions;

namespace Teleport.Access.Matching;

/// <summary>Matches names of roles or users as requests and reviews list them: literal, glob, <c>^regex$</c>, <c>{{regexp.match("re")}}</c> or <c>{{regexp.not_match("re")}}</c>.</summary>
internal sealed partial class RoleNameMatcher
{
    private readonly ValueMatcher? _plain;
    private readonly Regex? _inner;
    private readonly (string Prefix, string Suffix, bool Not) _around;

    private RoleNameMatcher(ValueMatcher plain) => _plain = plain;

    private RoleNameMatcher(Regex inner, string prefix, string suffix, bool not) => (_inner, _around) = (inner, (prefix, suffix, not));

    /// <summary>As the author of a role wrote it.</summary>
    /// <exception cref="FormatException">It is no pattern.</exception>
    public static RoleNameMatcher Parse(string text)
    {
        if (!text.Contains("{{", StringComparison.Ordinal) && !text.Contains("}}", StringComparison.Ordinal))
        {
            return new RoleNameMatcher(ValueMatcher.Pattern(text));
        }

        if (text.Length > ValueMatcher.MaxPatternLength || FunctionPattern().Match(text) is not { Success: true } match)
        {
            throw new FormatException($"\"{text}\" is no matcher of names: use a name, a glob as dev-*, ^a regular expression$, or {{{{regexp.match(\"..\")}}}}.");
        }

        try
        {
            return new RoleNameMatcher(
                new Regex($"^(?:{match.Groups["re"].Value})\\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Singleline),
                match.Groups["prefix"].Value,
                match.Groups["suffix"].Value,
                match.Groups["not"].Success);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new FormatException($"\"{text}\": {e.Message}", e);
        }
    }

    /// <summary>This name only: what came from a trait is never a pattern.</summary>
    public static RoleNameMatcher Literal(string name) => new(ValueMatcher.Literal(name));

    public bool IsMatch(string name)
    {
        if (_plain is not null)
        {
            return _plain.IsMatch(name);
        }

        (string prefix, string suffix, bool not) = _around;
        return name.Length >= prefix.Length + suffix.Length
            && name.StartsWith(prefix, StringComparison.Ordinal)
            && name.EndsWith(suffix, StringComparison.Ordinal)
            && _inner!.IsMatch(name[prefix.Length..^suffix.Length]) != not;
    }

    [GeneratedRegex("""^(?<prefix>[^{}]*)\{\{\s*regexp\.(?<not>not_)?match\(\s*"(?<re>[^"]*)"\s*\)\s*\}\}(?<suffix>[^{}]*)\z""", RegexOptions.NonBacktracking)]
    private static partial Regex FunctionPattern();
}
