using Teleport.Abstractions.Errors;
using Teleport.Client.Profiles;

namespace Teleport.Client.Nodes;

/// <summary>Labels as people write them: <c>k=v,k2="v 2"</c>, with commas or semicolons in between; <c>k:v</c> where there is no <c>=</c>.</summary>
public static class LabelText
{
    private const int MaxLength = 4096;

    /// <summary>Reads labels.</summary>
    /// <exception cref="TeleportException">Code <c>invalid</c>: says which part is none.</exception>
    public static IReadOnlyDictionary<string, string> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > MaxLength)
        {
            throw TeleportException.Invalid($"The labels have {text.Length} characters; at most {MaxLength} are allowed.");
        }

        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string part in Split(text))
        {
            int mark = part.IndexOf('=', StringComparison.Ordinal);
            mark = mark >= 0 ? mark : part.IndexOf(':', StringComparison.Ordinal);
            string key = mark > 0 ? part[..mark].Trim() : "";
            if (key.Length == 0 || !key.All(IsKeyCharacter))
            {
                throw TeleportException.Invalid($"\"{Names.Printable(part)}\" is no label: expected key=value, as env=prod or \"team=data base\".");
            }

            labels[key] = Unquote(part[(mark + 1)..].Trim());
        }

        return labels;
    }

    /// <summary>Writes labels in one line, sorted.</summary>
    public static string Format(IReadOnlyDictionary<string, string> labels) => string.Join(',', Pairs(labels));

    /// <summary>Writes each label, sorted.</summary>
    public static IEnumerable<string> Pairs(IReadOnlyDictionary<string, string> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return labels.OrderBy(static label => label.Key, StringComparer.Ordinal).Select(static label => $"{label.Key}={label.Value}");
    }

    private static bool IsKeyCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '*' or ':' or '/' or '-';

    private static IEnumerable<string> Split(string text)
    {
        int begin = 0;
        bool quoted = false;
        for (int i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && text[i] == '"')
            {
                quoted = !quoted;
            }

            if (i == text.Length || (!quoted && text[i] is ',' or ';'))
            {
                if (text[begin..i].Trim() is { Length: > 0 } part)
                {
                    yield return part;
                }

                begin = i + 1;
            }
        }

        if (quoted)
        {
            throw TeleportException.Invalid($"A quote is not closed in the labels \"{Names.Printable(text)}\".");
        }
    }

    private static string Unquote(string value) => value.Length > 1 && value[0] == '"' && value[^1] == '"' ? value[1..^1] : value;
}
