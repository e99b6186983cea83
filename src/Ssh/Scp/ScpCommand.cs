using System.Diagnostics.CodeAnalysis;
using System.IO.Enumeration;
using System.Text;

namespace Teleport.Ssh.Scp;

/// <summary>The command line that a client of the old protocol asks a server to run: <c>scp -t [-r] [-p] [-d] target</c> or <c>scp -f ... sources</c>.</summary>
public sealed record ScpCommand
{
    private const int MaxLength = 8192;
    private const int MaxMatches = 10_000;

    /// <summary>Whether the server receives (-t), or sends (-f).</summary>
    public required bool IsSink { get; init; }

    /// <summary>Recursive, preserve, target is directory.</summary>
    public ScpOptions Options { get; init; } = new();

    /// <summary>The paths as the client wrote them, quotes resolved; wildcards and "~" still in them.</summary>
    public required IReadOnlyList<string> Paths { get; init; }

    /// <summary>Recognises the command; anything that a shell would do more than split words with is not recognised.</summary>
    /// <param name="commandLine">The command line of the exec request.</param>
    /// <param name="command">The command.</param>
    public static bool TryParse(string commandLine, [NotNullWhen(true)] out ScpCommand? command)
    {
        ArgumentNullException.ThrowIfNull(commandLine);
        command = null;
        if (commandLine.Length > MaxLength || !TrySplit(commandLine, out List<string> words) || words.Count < 2
            || words[0] is not ("scp" or "/usr/bin/scp" or "/bin/scp"))
            return false;

        bool sink = false, source = false;
        ScpOptions options = new();
        int i = 1;
        for (; i < words.Count && words[i].Length > 1 && words[i][0] == '-'; i++)
        {
            if (words[i] == "--")
            {
                i++;
                break;
            }

            foreach (char flag in words[i].AsSpan(1))
            {
                switch (flag)
                {
                    case 't': sink = true; break;
                    case 'f': source = true; break;
                    case 'r': options = options with { Recursive = true }; break;
                    case 'p': options = options with { Preserve = true }; break;
                    case 'd': options = options with { TargetIsDirectory = true }; break;
                    case 'v' or 'q' or 'O': break;
                    default: return false;
                }
            }
        }

        string[] paths = [.. words.Skip(i)];
        if (sink == source || paths.Length == 0 || (sink && paths.Length != 1))
            return false;

        command = new ScpCommand { IsSink = sink, Options = options, Paths = paths };
        return true;
    }

    /// <summary>Formats the command for a server's shell; the path is quoted, so that the shell changes nothing in it.</summary>
    public string Format()
    {
        StringBuilder text = new(IsSink ? "scp -t" : "scp -f");
        text.Append(Options.Recursive ? " -r" : "").Append(Options.Preserve ? " -p" : "").Append(Options.TargetIsDirectory ? " -d" : "").Append(" --");
        foreach (string path in Paths)
            text.Append(" '").Append(path.Replace("'", "'\\''", StringComparison.Ordinal)).Append('\'');
        return text.ToString();
    }

    /// <summary>Makes paths of this machine of <see cref="Paths"/>: "~" is the home directory, "*" and "?" match names in the last part.</summary>
    /// <param name="homeDirectory">Where relative paths begin.</param>
    public IReadOnlyList<string> Resolve(string homeDirectory) => [.. Paths.SelectMany(path => Expand(path, homeDirectory))];

    private static string[] Expand(string path, string homeDirectory)
    {
        string full = path is "~" ? homeDirectory
            : path.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(homeDirectory, path[2..])
            : Path.Combine(homeDirectory, path.Length == 0 ? "." : path);
        string pattern = Path.GetFileName(full);
        string? folder = Path.GetDirectoryName(full);
        if (pattern.AsSpan().IndexOfAny('*', '?') < 0 || File.Exists(full) || folder is null || !Directory.Exists(folder))
            return [full];

        string[] matches =
        [
            .. Directory.EnumerateFileSystemEntries(folder)
                .Where(entry => Path.GetFileName(entry) is var name && (name[0] != '.' || pattern[0] == '.') && FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false))
                .Take(MaxMatches).Order(StringComparer.Ordinal),
        ];
        return matches.Length > 0 ? matches : [full];
    }

    /// <summary>Splits words at blanks, with quotes and backslashes; false for anything else that is special to a shell.</summary>
    private static bool TrySplit(string line, out List<string> words)
    {
        words = [];
        StringBuilder? word = null;
        char quote = '\0';
        for (int i = 0; i < line.Length; i++)
        {
            char c = line[i];
            bool quoted = quote != '\0';
            if (!quoted && c is (' ' or '\t'))
            {
                if (word is not null)
                    words.Add(word.ToString());
                word = null;
                continue;
            }

            word ??= new StringBuilder();
            if (quoted ? c == quote : c is '\'' or '"')
                quote = quoted ? '\0' : c;
            else if (c == '\\' && quote != '\'')
            {
                if (++i == line.Length)
                    return false;

                // Between double quotes a backslash only protects what is special there.
                if (quoted && line[i] is not ('"' or '\\' or '$' or '`'))
                    word.Append('\\');
                word.Append(line[i]);
            }
            else if (IsSpecial(c, quote))
                return false;
            else
                word.Append(c);
        }

        if (word is not null)
            words.Add(word.ToString());
        return quote == '\0';
    }

    private static bool IsSpecial(char c, char quote) => quote switch
    {
        '\'' => false,
        '"' => c is '$' or '`',
        _ => c is '$' or '`' or ';' or '&' or '|' or '<' or '>' or '(' or ')' or '{' or '}' or '\n',
    };
}
