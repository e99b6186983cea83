using Teleport.Yaml;

namespace Teleport.Hosting.Configuration;

/// <summary>A label whose value a command computes.</summary>
/// <param name="Name">The label.</param>
/// <param name="Period">How often, as written.</param>
/// <param name="Command">The words of the command.</param>
internal sealed record CommandLabel(string Name, string Period, IReadOnlyList<string> Command);

/// <summary>Labels as one text: <c>env=dev,kernel=[1h:"uname -r"],group:dev</c>.</summary>
internal sealed record LabelsText(IReadOnlyDictionary<string, string> Static, IReadOnlyList<CommandLabel> Commands)
{
    /// <summary>Reads labels.</summary>
    /// <exception cref="FormatException">They are none; the message says what is wrong.</exception>
    public static LabelsText Parse(string text)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        var commands = new List<CommandLabel>();
        foreach (string pair in Split(text, [',', ';']))
        {
            int mark = pair.IndexOf('=', StringComparison.Ordinal);
            mark = mark < 0 ? pair.IndexOf(':', StringComparison.Ordinal) : mark;
            if (mark <= 0)
            {
                throw new FormatException($"\"{pair}\" is no label: write name=value");
            }

            string name = pair[..mark].Trim();
            string value = Unquote(pair[(mark + 1)..].Trim());
            if (!IsKey(name))
            {
                throw new FormatException($"\"{name}\" is no name of a label: use letters, digits and . _ * : / -");
            }

            if (value is ['[', .., ']'])
            {
                commands.Add(ReadCommand(name, value[1..^1]));
            }
            else if (!labels.TryAdd(name, value))
            {
                throw new FormatException($"the label \"{name}\" is given twice");
            }
        }

        return new LabelsText(labels, commands);
    }

    /// <summary>The commands as the value of <c>ssh_service.commands</c>.</summary>
    public static YamlSequence ToNode(IEnumerable<CommandLabel> commands, string flag)
    {
        var place = new YamlLocation(0, 0, flag);
        YamlScalar Text(string text) => new(text, isPlain: false, place);
        return new YamlSequence(
            [.. commands.Select(command => new YamlMapping(
                [
                    new YamlEntry(Text("name"), Text(command.Name)),
                    new YamlEntry(Text("period"), Text(command.Period)),
                    new YamlEntry(Text("command"), new YamlSequence([.. command.Command.Select(Text)], place)),
                ],
                place))],
            place);
    }

    private static CommandLabel ReadCommand(string name, string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string[] words = colon < 0 ? [] : [.. Split(Unquote(text[(colon + 1)..].Trim()), [' ']).Select(Unquote)];
        return colon > 0 && words.Length > 0
            ? new CommandLabel(name, text[..colon].Trim(), words)
            : throw new FormatException($"the label \"{name}\" has no command: write {name}=[1m:\"uname -r\"]");
    }

    // Separators in quotes and brackets belong to the value.
    private static IEnumerable<string> Split(string text, char[] separators)
    {
        int start = 0;
        int depth = 0;
        bool quoted = false;
        for (int i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || (separators.Contains(text[i]) && !quoted && depth == 0))
            {
                string part = text[start..i].Trim();
                start = i + 1;
                if (part.Length > 0)
                {
                    yield return part;
                }
            }
            else if (text[i] == '"')
            {
                quoted = !quoted;
            }
            else if (!quoted)
            {
                depth += text[i] == '[' ? 1 : text[i] == ']' ? -1 : 0;
            }
        }

        if (quoted || depth != 0)
        {
            throw new FormatException($"a quote or bracket is not closed in \"{text}\"");
        }
    }

    private static string Unquote(string text) => text is ['"', .., '"'] ? text[1..^1] : text;

    private static bool IsKey(string name) =>
        name.Length is > 0 and <= 255 && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '*' or ':' or '/' or '-');
}
