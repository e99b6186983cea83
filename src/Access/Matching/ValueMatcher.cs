using System.Text;
using System.Text.RegularExpressions;

namespace Teleport.Access.Matching;

/// <summary>Matches one text: literally, by a glob with <c>*</c>, or by <c>^regex$</c>. What came from a trait is always literal.</summary>
/// <remarks>The regular expressions run on the engine without backtracking, so their time is linear in the text.</remarks>
internal sealed class ValueMatcher
{
    /// <summary>Longest pattern, in characters.</summary>
    public const int MaxPatternLength = 1024;

    private readonly string? _literal;
    private readonly Regex? _regex;

    private ValueMatcher(string? literal, Regex? regex) => (_literal, _regex) = (literal, regex);

    /// <summary>Matches every text.</summary>
    public static ValueMatcher Everything { get; } = new(null, null);

    public bool IsEverything => _literal is null && _regex is null;

    /// <summary>Matches this text only, whatever characters it has.</summary>
    public static ValueMatcher Literal(string text) => new(text, null);

    /// <summary>Matches as the author of a role wrote it, around a value that was taken from a trait.</summary>
    /// <param name="prefix">Written by the author, before the value.</param>
    /// <param name="value">From a trait: never a pattern. <c>null</c>: there is no template and the author wrote all.</param>
    /// <param name="suffix">Written by the author, after the value.</param>
    /// <exception cref="FormatException">The pattern is too long or no regular expression.</exception>
    public static ValueMatcher Pattern(string prefix, string? value = null, string suffix = "")
    {
        if (prefix.Length + (value?.Length ?? 0) + suffix.Length > MaxPatternLength)
        {
            throw new FormatException($"A pattern is longer than {MaxPatternLength} characters.");
        }

        if (value is null && prefix == "*")
        {
            return Everything;
        }

        bool regex = prefix.StartsWith('^') && (value is null ? prefix : suffix).EndsWith('$');
        if (!regex && !prefix.Contains('*', StringComparison.Ordinal) && !suffix.Contains('*', StringComparison.Ordinal))
        {
            return Literal(prefix + value + suffix);
        }

        string pattern = regex
            ? $"(?:{prefix[1..]}{(value is null ? "" : Regex.Escape(value))}{suffix})"
            : $"^{Glob(prefix)}{(value is null ? "" : Regex.Escape(value))}{Glob(suffix)}\\z";
        if (regex)
        {
            // "^" and "$" were written as anchors of the whole; "$" alone would let a final line feed through.
            pattern = $"^(?:{pattern[3..^2]})\\z";
        }

        try
        {
            return new ValueMatcher(null, new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Singleline));
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new FormatException($"\"{prefix}{suffix}\" is no regular expression that can be used here: {e.Message}", e);
        }
    }

    public bool IsMatch(string text) =>
        _literal is not null ? string.Equals(_literal, text, StringComparison.Ordinal) : _regex?.IsMatch(text) ?? true;

    private static string Glob(string text)
    {
        var pattern = new StringBuilder();
        foreach (char c in text)
        {
            pattern.Append(c == '*' ? ".*" : Regex.Escape(c.ToString()));
        }

        return pattern.ToString();
    }
}
