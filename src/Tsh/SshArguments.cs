using System.CommandLine;

namespace Teleport.Tsh;

/// <summary>Reads the flags of <c>tsh ssh</c> as OpenSSH does: bundles of short flags, and everything after the host is the remote command.</summary>
internal static class SshArguments
{
    private const string Word = "ssh";
    private const string Separator = "--";

    /// <summary>Takes bundles apart and puts <c>--</c> behind the host.</summary>
    /// <param name="args">As typed.</param>
    /// <param name="root">Knows which options take a value.</param>
    public static string[] Normalize(string[] args, RootCommand root)
    {
        var normal = new List<string>();
        int word = CopyFlags(args, 0, root.Options, normal);
        // "tsh proxy ssh" and "tsh help ssh" are something else.
        if (word >= args.Length || args[word] != Word)
        {
            return args;
        }

        normal.Add(Word);
        Command ssh = root.Subcommands.Single(static command => command.Name == Word);
        int host = CopyFlags(args, word + 1, [.. root.Options, .. ssh.Options], normal);
        normal.AddRange(args.Skip(host).Take(1));
        if (host + 1 < args.Length && args[host] != Separator)
        {
            // One separator of the user's own is not part of the command, as with OpenSSH.
            normal.Add(Separator);
            normal.AddRange(args.Skip(host + 1 + (args[host + 1] == Separator ? 1 : 0)));
        }
        else
        {
            normal.AddRange(args.Skip(host + 1));
        }

        return [.. normal];
    }

    /// <summary>Copies flags with their values.</summary>
    /// <returns>Where the first argument or separator stands.</returns>
    private static int CopyFlags(string[] args, int start, IEnumerable<Option> options, List<string> normal)
    {
        ILookup<bool, string> names = options.SelectMany(static option => option.Aliases.Append(option.Name).Select(name => (Name: name, HasValue: TakesValue(option))))
            .ToLookup(static option => option.HasValue, static option => option.Name);
        HashSet<string> valued = [.. names[true]];
        HashSet<string> switches = [.. names[false]];
        int i = start;
        while (i < args.Length && args[i] is ['-', _, ..] flag && flag != Separator)
        {
            i++;
            int before = normal.Count;
            bool needsValue = flag.StartsWith(Separator, StringComparison.Ordinal) ? CopyLong(flag, valued, normal) : CopyBundle(flag, valued, switches, normal);
            if (needsValue && i < args.Length)
            {
                // Joined, so that a value may begin with a dash.
                normal[^1] = $"{normal[^1]}={args[i++]}";
            }
            else if (normal.Count == before)
            {
                normal.Add(flag);
            }
        }

        return i;
    }

    private static bool CopyLong(string flag, HashSet<string> valued, List<string> normal)
    {
        normal.Add(flag);
        return valued.Contains(flag);
    }

    /// <summary><c>-At</c>, <c>-p22</c>, <c>-Np 22</c>: the first letter with a value takes the rest of the word, or else the next word.</summary>
    private static bool CopyBundle(string flag, HashSet<string> valued, HashSet<string> switches, List<string> normal)
    {
        for (int letter = 1; letter < flag.Length; letter++)
        {
            string name = $"-{flag[letter]}";
            if (valued.Contains(name))
            {
                string rest = flag[(letter + 1)..].TrimStart('=');
                normal.Add(rest.Length == 0 ? name : $"{name}={rest}");
                return rest.Length == 0;
            }

            // What is not known is reported as such later.
            normal.Add(switches.Contains(name) ? name : $"-{flag[letter..]}");
            if (!switches.Contains(name))
            {
                return false;
            }
        }

        return false;
    }

    private static bool TakesValue(Option option) => option.ValueType != typeof(bool) && option.ValueType != typeof(bool?) && option.Arity.MaximumNumberOfValues > 0;
}
