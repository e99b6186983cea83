using System.Text;
using System.Text.RegularExpressions;
using static Teleport.Access.Predicates.Predicate;

namespace Teleport.Access.Predicates;

/// <summary>Recursive descent over the grammar: or := and ('||' and)*; and := not ('&amp;&amp;' not)*; not := '!' not | '(' or ')' | test.</summary>
/// <remarks>
/// test := function '(' values ')' | value '.' method '(' value ')' | value ('==' | '!=') value; value := text | variable | 'set' '(' values ')'.
/// </remarks>
internal sealed class PredicateParser(string text)
{
    private const int MaxLength = 4096;
    private const int MaxDepth = 32;

    private static readonly string[] Roots =
    [
        "user", "resource", "session", "ssh_session", "reviewer", "request", "review", "impersonate_role", "impersonate_user",
        "access_request",
    ];

    private static readonly string[] Functions = ["equals", "contains", "contains_any", "contains_all", "is_empty", "regexp.match"];

    private int _position;

    public BooleanNode Parse()
    {
        if (text.Length > MaxLength)
        {
            throw new FormatException($"A predicate is longer than {MaxLength} characters.");
        }

        BooleanNode node = ParseOr(0);
        SkipBlanks();
        return _position == text.Length ? node : throw Unexpected("the end");
    }

    private BooleanNode ParseOr(int depth)
    {
        BooleanNode node = ParseAnd(depth);
        while (Take("||"))
        {
            node = new OrNode(node, ParseAnd(depth));
        }

        return node;
    }

    private BooleanNode ParseAnd(int depth)
    {
        BooleanNode node = ParseNot(depth);
        while (Take("&&"))
        {
            node = new AndNode(node, ParseNot(depth));
        }

        return node;
    }

    private BooleanNode ParseNot(int depth)
    {
        if (depth > MaxDepth)
        {
            throw new FormatException($"A predicate is nested deeper than {MaxDepth}.");
        }

        if (Take("!"))
        {
            return new NotNode(ParseNot(depth + 1));
        }

        if (Take("("))
        {
            BooleanNode node = ParseOr(depth + 1);
            Expect(")");
            return node;
        }

        return ParseTest();
    }

    private BooleanNode ParseTest()
    {
        SkipBlanks();
        if (Functions.OrderByDescending(static f => f.Length).FirstOrDefault(StartsCall) is { } function)
        {
            _position += function.Length;
            Expect("(");
            ValueNode first = ParseValue();
            return ParseRest(function, first);
        }

        int start = _position;
        ValueNode left = ParseValue();
        if (Take("=="))
        {
            return new EqualsNode(left, ParseValue());
        }

        if (Take("!="))
        {
            return new NotNode(new EqualsNode(left, ParseValue()));
        }

        // x.contains(y): the name of the method was read as the last part of the variable.
        if (left is VariableNode variable && variable.Name.LastIndexOf('.') is > 0 and var dot
            && variable.Name[(dot + 1)..] is ("contains" or "contains_any" or "contains_all" or "is_empty") and var method && Take("("))
        {
            return ParseRest(method, new VariableNode(variable.Name[..dot]), isMethod: true);
        }

        _position = start;
        throw Unexpected($"{string.Join("(..), ", Functions)}(..), a comparison by == or !=, ! or (");
    }

    private BooleanNode ParseRest(string function, ValueNode first, bool isMethod = false)
    {
        if (function == "is_empty")
        {
            Expect(")");
            return new EmptyNode(first);
        }

        if (!isMethod)
        {
            Expect(",");
        }

        if (function == "regexp.match")
        {
            SkipBlanks();
            int at = _position;
            string pattern = ReadQuoted();
            Expect(")");
            return new RegexNode(first, Compile(pattern, at));
        }

        ValueNode second = ParseValue();
        Expect(")");
        return function switch
        {
            "equals" => new EqualsNode(first, second),
            "contains" => new ContainsNode(first, second),
            _ => new ContainsSomeNode(first, second, All: function == "contains_all"),
        };
    }

    private Regex Compile(string pattern, int at)
    {
        try
        {
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new FormatException($"The predicate \"{text}\" is wrong at character {at + 1}: {e.Message}", e);
        }
    }

    private bool StartsCall(string function)
    {
        ReadOnlySpan<char> rest = text.AsSpan(_position);
        return rest.StartsWith(function, StringComparison.Ordinal) && rest[function.Length..].TrimStart().StartsWith("(", StringComparison.Ordinal);
    }

    private ValueNode ParseValue()
    {
        SkipBlanks();
        if (_position < text.Length && text[_position] is '"' or '\'' or '`')
        {
            return new TextNode(ReadQuoted());
        }

        if (StartsCall("set"))
        {
            _position += "set".Length;
            Expect("(");
            var items = new List<ValueNode>();
            do
            {
                SkipBlanks();
                items.Add(_position < text.Length && text[_position] is '"' or '\'' or '`' ? new TextNode(ReadQuoted()) : throw Unexpected("a quoted text"));
            }
            while (Take(","));
            Expect(")");
            return new SetNode(items);
        }

        return ParseVariable();
    }

    private VariableNode ParseVariable()
    {
        int start = _position;
        var name = new StringBuilder(ReadName());
        if (!Roots.Contains(name.ToString()))
        {
            _position = start;
            throw Unexpected($"a quoted text or a variable of {string.Join(", ", Roots)}");
        }

        while (_position < text.Length && text[_position] is '.' or '[')
        {
            if (text[_position++] == '.')
            {
                name.Append('.').Append(ReadName());
                continue;
            }

            name.Append('.').Append(ReadQuoted());
            Expect("]");
        }

        return new VariableNode(name.ToString());
    }

    private string ReadName()
    {
        int start = _position;
        while (_position < text.Length && (char.IsAsciiLetterOrDigit(text[_position]) || text[_position] == '_'))
        {
            _position++;
        }

        return _position > start ? text[start.._position] : throw Unexpected("a name");
    }

    private string ReadQuoted()
    {
        SkipBlanks();
        if (_position >= text.Length || text[_position] is not ('"' or '\'' or '`'))
        {
            throw Unexpected("a quoted text");
        }

        char quote = text[_position++];
        int end = text.IndexOf(quote, _position);
        if (end < 0)
        {
            throw Unexpected($"a closing {quote}");
        }

        string value = text[_position..end];
        _position = end + 1;
        return value;
    }

    private bool Take(string token)
    {
        SkipBlanks();
        if (!text.AsSpan(_position).StartsWith(token, StringComparison.Ordinal))
        {
            return false;
        }

        _position += token.Length;
        return true;
    }

    private void Expect(string token)
    {
        if (!Take(token))
        {
            throw Unexpected($"\"{token}\"");
        }
    }

    private void SkipBlanks()
    {
        while (_position < text.Length && char.IsWhiteSpace(text[_position]))
        {
            _position++;
        }
    }

    private FormatException Unexpected(string expected) =>
        new($"The predicate \"{text}\" is wrong at character {_position + 1}: expected {expected}.");
}
