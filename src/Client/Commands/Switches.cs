using System.CommandLine;

namespace Teleport.Client.Commands;

/// <summary>Lets every switch <c>--x</c> be written <c>--no-x</c>, too.</summary>
internal static class Switches
{
    private const string No = "--no-";

    public static IReadOnlyList<string> Normalize(RootCommand root, IReadOnlyList<string> args)
    {
        if (!args.Any(static a => a.StartsWith(No, StringComparison.Ordinal)))
        {
            return args;
        }

        HashSet<string> known = [.. All(root).Where(static o => o.ValueType == typeof(bool) || o.ValueType == typeof(bool?)).Select(static o => o.Name)];
        int end = args.TakeWhile(static a => a != "--").Count();
        return [.. args.Select((arg, i) => i < end && arg.StartsWith(No, StringComparison.Ordinal) && known.Contains($"--{arg[No.Length..]}")
            ? $"--{arg[No.Length..]}=false"
            : arg)];
    }

    private static IEnumerable<Option> All(Command command) => command.Options.Concat(command.Subcommands.SelectMany(All));
}
