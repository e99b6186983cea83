namespace Teleport.Yaml;

/// <summary>Reads on after a block that is no YAML, so that the mistakes in the rest are reported at once too.</summary>
/// <remarks>
/// The innermost block (a key and all that is indented below it) around the reported line is blanked and the text is parsed again;
/// lines keep their numbers. If the same place fails again, the block around that one is blanked, and so on: each round blanks at
/// least one line.
/// </remarks>
internal static class YamlRecovery
{
    private const int MaxRounds = 16;

    public static (YamlNode? Document, IReadOnlyList<YamlMistake> Mistakes) Parse(string text, YamlLimits limits)
    {
        var mistakes = new List<YamlMistake>();
        string[] lines = text.Split('\n');
        for (int round = 0; round < MaxRounds; round++)
        {
            try
            {
                IReadOnlyList<YamlNode> documents = YamlDocuments.Parse(string.Join('\n', lines), limits);
                if (documents.Count > 1)
                {
                    mistakes.Add(new YamlMistake(documents[1].Location, "", "only one document is expected: remove the line \"---\" before it"));
                }

                return (documents.Count == 0 ? null : documents[0], mistakes);
            }
            catch (YamlMistakesException e)
            {
                YamlMistake mistake = e.Mistakes[0];
                int failed = Math.Clamp(mistake.Location.Line - 1, 0, lines.Length - 1);
                int owner = OwnerOf(lines, failed);
                string key = lines[owner].Trim();
                mistakes.Add(key == "labels:" && lines[failed].TrimStart().StartsWith("- ", StringComparison.Ordinal)
                    ? mistake with { Message = "not valid YAML: a list item (\"- \") cannot stand here; labels are keys with values, and those that a command computes belong under \"commands\"" }
                    : mistake);
                if (text.Length > limits.MaxCharacters)
                {
                    break;
                }

                Blank(lines, owner);
            }
        }

        return (null, mistakes);
    }

    // The line of the key whose block holds the line that failed; that line itself when it is outermost.
    private static int OwnerOf(string[] lines, int failed)
    {
        while (failed > 0 && IsBlank(lines[failed]))
        {
            failed--;
        }

        int indent = IndentOf(lines[failed]);
        for (int i = failed - 1; i >= 0; i--)
        {
            if (!IsBlank(lines[i]) && IndentOf(lines[i]) < indent && lines[i].TrimEnd().EndsWith(':'))
            {
                return i;
            }
        }

        return failed;
    }

    private static void Blank(string[] lines, int owner)
    {
        int indent = IndentOf(lines[owner]);
        bool isKey = lines[owner].TrimEnd().EndsWith(':');
        lines[owner] = "";
        for (int i = owner + 1; i < lines.Length; i++)
        {
            bool inside = IsBlank(lines[i])
                || IndentOf(lines[i]) > indent
                || (isKey && IndentOf(lines[i]) == indent && lines[i].TrimStart().StartsWith("- ", StringComparison.Ordinal));
            if (!inside)
            {
                return;
            }

            lines[i] = "";
        }
    }

    private static bool IsBlank(string line) => line.AsSpan().TrimStart() is [] or ['#', ..];

    private static int IndentOf(string line) => line.Length - line.AsSpan().TrimStart().Length;
}
