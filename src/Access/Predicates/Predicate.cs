namespace Teleport.Access.Predicates;

/// <summary>A condition in text: <c>contains(session.participants, user.metadata.name) &amp;&amp; !equals(resource.metadata.name, "x")</c>.</summary>
/// <remarks>Unknown functions and roots of variables are refused when parsed; a missing value is empty when evaluated.</remarks>
public sealed class Predicate
{
    private readonly BooleanNode _root;

    internal Predicate(BooleanNode root, string text) => (_root, Text) = (root, text);

    /// <summary>The text it was made from.</summary>
    public string Text { get; }

    /// <summary>Reads a predicate.</summary>
    /// <exception cref="FormatException">It is none; the message names the position.</exception>
    public static Predicate Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new Predicate(new PredicateParser(text).Parse(), text);
    }

    /// <summary>Whether it holds.</summary>
    /// <param name="variables">Values by the full name of a variable, as <c>user.metadata.name</c>; a missing name is an empty list.</param>
    public bool Evaluate(IReadOnlyDictionary<string, IReadOnlyList<string>> variables)
    {
        ArgumentNullException.ThrowIfNull(variables);
        return _root.Evaluate(variables);
    }

    internal abstract record BooleanNode
    {
        public abstract bool Evaluate(IReadOnlyDictionary<string, IReadOnlyList<string>> variables);
    }

    internal sealed record NotNode(BooleanNode Of) : BooleanNode
    {
        public override bool Evaluate(IReadOnlyDictionary<string, IReadOnlyList<string>> variables) => !Of.Evaluate(variables);
    }

    internal sealed record AndNode(BooleanNode Left, BooleanNode Right) : BooleanNode
    {
        public override bool Evaluate(IReadOnlyDictionary<string, IReadOnlyList<string>> variables) =>
            Left.Evaluate(variables) && Right.Evaluate(variables);
    }

    internal sealed record OrNode(BooleanNode Left, BooleanNode Right) : BooleanNode
    {
        public override bool Evaluate(IReadOnlyDictionary<string, IReadOnlyList<string>> variables) =>
            Left.Evaluate(variables) || Right.Evaluate(variables);
    }

    internal sealed record EqualsNode(ValueNode Left, ValueNode Right) : BooleanNode
    {
        public override bool Evaluate(IReadOnlyDictionary<string, IReadOnlyList<string>> variables) =>
            Left.Values(variables).SequenceEqual(Right.Values(variables), StringComparer.Ordinal);
    }

    internal sealed record ContainsNode(ValueNode List, ValueNode Item) : BooleanNode
    {
        public override bool Evaluate(IReadOnlyDictionary<string, IReadOnlyList<string>> variables) =>
            Item.Values(variables) is [var item] && List.Values(variables).Contains(item, StringComparer.Ordinal);
    }

    internal sealed record ContainsSomeNode(ValueNode List, ValueNode Items, bool All) : BooleanNode
    {
        public override bool Evaluate(IReadOnlyDictionary<string, IReadOnlyList<string>> variables)
        {
            var list = List.Values(variables).ToHashSet(StringComparer.Ordinal);
            IReadOnlyList<string> items = Items.Values(variables);
            // Of no items not even all are contained: an empty list grants nothing.
            return items.Count > 0 && (All ? items.All(list.Contains) : items.Any(list.Contains));
        }
    }

    internal sealed record RegexNode(ValueNode List, System.Text.RegularExpressions.Regex Pattern) : BooleanNode
    {
        public override bool Evaluate(IReadOnlyDictionary<string, IReadOnlyList<string>> variables) => List.Values(variables).Any(Pattern.IsMatch);
    }

    internal sealed record EmptyNode(ValueNode List) : BooleanNode
    {
        public override bool Evaluate(IReadOnlyDictionary<string, IReadOnlyList<string>> variables) => List.Values(variables).Count == 0;
    }

    internal abstract record ValueNode
    {
        public abstract IReadOnlyList<string> Values(IReadOnlyDictionary<string, IReadOnlyList<string>> variables);
    }

    internal sealed record TextNode(string Text) : ValueNode
    {
        public override IReadOnlyList<string> Values(IReadOnlyDictionary<string, IReadOnlyList<string>> variables) => [Text];
    }

    internal sealed record SetNode(IReadOnlyList<ValueNode> Items) : ValueNode
    {
        public override IReadOnlyList<string> Values(IReadOnlyDictionary<string, IReadOnlyList<string>> variables) =>
            [.. Items.SelectMany(item => item.Values(variables))];
    }

    internal sealed record VariableNode(string Name) : ValueNode
    {
        public override IReadOnlyList<string> Values(IReadOnlyDictionary<string, IReadOnlyList<string>> variables) =>
            variables.TryGetValue(Name, out IReadOnlyList<string>? values) ? values : [];
    }
}
