using System.Text.RegularExpressions;
using Teleport.Access.Matching;

namespace Teleport.Access.Templates;

/// <summary>A field of a role: plain text, or <c>prefix{{expression}}suffix</c> that takes its values from traits.</summary>
internal sealed class Template
{
    private readonly string _prefix;
    private readonly string _suffix;
    private readonly TemplateExpression? _expression;

    private Template(string prefix, TemplateExpression? expression, string suffix) =>
        (_prefix, _expression, _suffix) = (prefix, expression, suffix);

    /// <exception cref="FormatException">The expression is wrong; the message says where.</exception>
    public static Template Parse(string text)
    {
        int open = text.IndexOf("{{", StringComparison.Ordinal);
        int close = text.LastIndexOf("}}", StringComparison.Ordinal);
        if (open < 0 && close < 0)
        {
            return new Template(text, null, "");
        }

        if (open < 0 || close < open)
        {
            throw new FormatException($"\"{text}\": \"{{{{\" and \"}}}}\" do not pair up.");
        }

        string inner = text[(open + 2)..close];
        if (inner.Contains("{{", StringComparison.Ordinal) || inner.Contains("}}", StringComparison.Ordinal))
        {
            throw new FormatException($"\"{text}\": only one expression is possible in a value.");
        }

        return new Template(text[..open], TemplateExpression.Parse(inner.Trim(), text), text[(close + 2)..]);
    }

    /// <summary>The texts that it stands for. Values of traits are never looked at as templates again.</summary>
    public IEnumerable<string> Expand(TraitSource traits) => _expression is null
        ? [_prefix]
        : _expression.Evaluate(traits).Where(static v => v.Length > 0).Select(v => _prefix + v + _suffix);

    /// <summary>Matchers of what it stands for; patterns are only what the role's author wrote.</summary>
    public IEnumerable<ValueMatcher> ToMatchers(TraitSource traits) => _expression is null
        ? [ValueMatcher.Pattern(_prefix)]
        : _expression.Evaluate(traits).Where(static v => v.Length > 0).Select(v => ValueMatcher.Pattern(_prefix, v, _suffix));
}

/// <summary>The part of a template between the braces.</summary>
internal abstract record TemplateExpression
{
    private static readonly Regex Variable = new(
        """^(?<space>internal|external)(?:\.(?<name>[A-Za-z0-9_:/.-]+)|\["(?<quoted>[^"\]]+)"\])$""", RegexOptions.NonBacktracking);

    private static readonly Regex EmailLocal = new("""^email\.local\((?<arg>.+)\)$""", RegexOptions.NonBacktracking);

    private static readonly Regex Replace = new(
        """^regexp\.replace\(\s*(?<arg>[^,]+?)\s*,\s*"(?<pattern>[^"]*)"\s*,\s*"(?<to>[^"]*)"\s*\)$""", RegexOptions.NonBacktracking);

    public static TemplateExpression Parse(string text, string whole, int depth = 0)
    {
        if (depth > 32)
        {
            throw new FormatException($"\"{whole}\": expressions are nested deeper than 32.");
        }

        if (Variable.Match(text) is { Success: true } variable)
        {
            string name = variable.Groups["name"] is { Success: true } plain ? plain.Value : variable.Groups["quoted"].Value;
            return variable.Groups["space"].Value == "internal" && !TraitSource.IsInternalName(name)
                ? throw new FormatException($"\"{whole}\": internal.{name} is unknown; use external.{name} for traits of identity providers.")
                : new TraitExpression(name);
        }

        if (EmailLocal.Match(text) is { Success: true } email)
        {
            return new EmailLocalExpression(Parse(email.Groups["arg"].Value.Trim(), whole, depth + 1));
        }

        if (Replace.Match(text) is { Success: true } replace)
        {
            try
            {
                var regex = new Regex(replace.Groups["pattern"].Value, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
                return new ReplaceExpression(Parse(replace.Groups["arg"].Value, whole, depth + 1), regex, replace.Groups["to"].Value);
            }
            catch (Exception e) when (e is ArgumentException or NotSupportedException)
            {
                throw new FormatException($"\"{whole}\": {e.Message}", e);
            }
        }

        throw new FormatException(
            $"\"{whole}\": \"{text}\" is no expression; known are internal.NAME, external.NAME, external[\"NAME\"], email.local(..) and regexp.replace(..).");
    }

    public abstract IEnumerable<string> Evaluate(TraitSource traits);

    private sealed record TraitExpression(string Name) : TemplateExpression
    {
        public override IEnumerable<string> Evaluate(TraitSource traits) => traits.Find(Name);
    }

    private sealed record EmailLocalExpression(TemplateExpression Of) : TemplateExpression
    {
        public override IEnumerable<string> Evaluate(TraitSource traits) =>
            Of.Evaluate(traits).Where(static v => v.IndexOf('@', StringComparison.Ordinal) > 0)
                .Select(static v => v[..v.IndexOf('@', StringComparison.Ordinal)]);
    }

    private sealed record ReplaceExpression(TemplateExpression Of, Regex Pattern, string To) : TemplateExpression
    {
        public override IEnumerable<string> Evaluate(TraitSource traits) =>
            Of.Evaluate(traits).Where(v => Pattern.IsMatch(v)).Select(v => Pattern.Replace(v, To));
    }
}
