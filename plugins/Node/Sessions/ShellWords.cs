using System.Text;

namespace Teleport.Node.Sessions;

/// <summary>Takes a command line apart as a POSIX shell does, as far as quotes and backslashes go. Nothing is expanded.</summary>
internal static class ShellWords
{
    private const int MaxWords = 1000;

    /// <summary>The words. An open quote ends with the line.</summary>
    public static IReadOnlyList<string> Split(string line)
    {
        var words = new List<string>();
        StringBuilder? word = null;
        char quote = '\0';
        for (int i = 0; i < line.Length && words.Count < MaxWords; i++)
        {
            char c = line[i];
            if (quote == '\'' && c != '\'')
            {
                word!.Append(c);
            }
            else if (c == quote && quote != '\0')
            {
                quote = '\0';
            }
            else if (quote == '\0' && c is '\'' or '"')
            {
                quote = c;
                word ??= new StringBuilder();
            }
            else if (c == '\\' && i + 1 < line.Length && (quote == '\0' || line[i + 1] is '"' or '\\' or '$' or '`'))
            {
                (word ??= new StringBuilder()).Append(line[++i]);
            }
            else if (quote == '\0' && char.IsWhiteSpace(c))
            {
                Finish(words, ref word);
            }
            else
            {
                (word ??= new StringBuilder()).Append(c);
            }
        }

        Finish(words, ref word);
        return words;
    }

    private static void Finish(List<string> words, ref StringBuilder? word)
    {
        if (word is not null)
        {
            words.Add(word.ToString());
            word = null;
        }
    }
}
