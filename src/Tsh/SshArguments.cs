using System.CommandLine;

namespace Teleport.Tsh;

/// <summary>Makes everything after the host of <c>tsh ssh</c> the remote command, options of its own included.</summary>
internal static class SshArguments
{
    /// <summary>Puts <c>--</c> behind the host.</summary>
    /// <param name="args">As typed.</param>
    /// <param name="root">Knows which options take a value.</param>
    public static string[] Normalize(string[] args, RootCommand root)
    {
        Command ssh = root.Subcommands.Single(static command => command.Name == "ssh");
        int word = FindWord(args, 0, root.Options);
        if (word < 0 || args[word] != "ssh")
        {
            return args;
        }

        int host = FindWord(args, word + 1, [.. root.Options, .. ssh.Options]);
        return host < 0 || host + 1 >= args.Length || args[host + 1] == "--" ? args : [.. args[..(host + 1)], "--", .. args[(host + 1)..]];
    }

    /// <summary>The next word that is neither an option nor an option's value.</summary>
    private static int FindWord(string[] args, int start, IEnumerable<Option> options)
    {
        HashSet<string> valued = [.. options.Where(static option => option.Arity.MaximumNumberOfValues > 0 && option.ValueType != typeof(bool)).SelectMany(static option => option.Aliases.Append(option.Name))];
        for (int i = start; i < args.Length; i++)
        {
            if (args[i] == "--" || !args[i].StartsWith('-') || args[i] == "-")
            {
                return args[i] == "--" ? -1 : i;
            }

            if (valued.Contains(args[i]))
            {
                i++;
            }
        }

        return -1;
    }
}
