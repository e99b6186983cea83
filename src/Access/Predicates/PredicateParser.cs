using System.Text;
using static Teleport.Access.Predicates.Predicate;

namespace Teleport.Access.Predicates;

/// <summary>Recursive descent over the grammar: or := and ('||' and)*; and := not ('&amp;&amp;' not)*; not := '!' not | '(' or ')' | call.</summary>
internal sealed class PredicateParser(string text)
{
    private const int MaxLength = 4096;
    private const int MaxDepth = 32;

    private static readonly string[] Roots =
    [
        "user", "resource", "session", "ssh_session", "reviewer", "request", "review", "impersonate_role", "impersonate_user",
    ];

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

        return ParseCall();
    }

    private BooleanNode ParseCall()
    {
        SkipBlanks();
        int start = _position;
        string function = ReadName();
        if (function is not ("equals" or "contains"))
        {
            _position = start;
            throw Unexpected("equals(..), contains(..), ! or (");
        }

        Expect("(");
        ValueNode first = ParseValue();
        Expect(",");
        ValueNode second = ParseValue();
        Expect(")");
        return function == "equals" ? new EqualsNode(first, second) : new ContainsNode(first, second);
    }

    private ValueNode ParseValue()
    {
        SkipBlanks();
        if (_position < text.Length && text[_position] is '"' or '\'' or '`')
        {
            return new TextNode(ReadQuoted());
        }

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
