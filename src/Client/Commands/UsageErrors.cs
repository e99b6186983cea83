using System.CommandLine;
using System.CommandLine.Parsing;
using Teleport.Client.Profiles;
using Teleport.Yaml;

namespace Teleport.Client.Commands;

/// <summary>Says what is wrong with a command line, in one sentence.</summary>
internal static class UsageErrors
{
    /// <summary>What is wrong; <c>null</c>: nothing.</summary>
    public static string? Find(ParseResult parsed)
    {
        // The parser takes an unknown flag for an argument, where there is room for one.
        string? flag = parsed.Tokens.TakeWhile(static t => t.Type != TokenType.DoubleDash)
            .FirstOrDefault(static t => t is { Type: TokenType.Argument, Value: ['-', _, ..] })?.Value;
        return flag is not null && !parsed.UnmatchedTokens.Contains(flag) ? DescribeFlag(parsed, Names.Printable(flag))
            : parsed.Errors.Count > 0 ? Describe(parsed)
            : null;
    }

    private static string Describe(ParseResult parsed)
    {
        if (parsed.UnmatchedTokens.Count == 0)
        {
            return parsed.Errors[0].Message.TrimEnd('.');
        }

        string token = Names.Printable(parsed.UnmatchedTokens[0]);
        Command command = parsed.CommandResult.Command;
        if (token is ['-', _, ..])
        {
            return DescribeFlag(parsed, token);
        }

        IEnumerable<string> known = command.Subcommands.Where(static c => !c.Hidden).Select(static c => c.Name);
        return command.Subcommands.Count > 0
            ? $"expected command but got \"{token}\"{Hint(token, known)}"
            : $"unexpected argument \"{token}\"";
    }

    private static string DescribeFlag(ParseResult parsed, string token)
    {
        if (!token.StartsWith("--", StringComparison.Ordinal))
        {
            return $"unknown short flag '{token}'";
        }

        string name = token.Split('=')[0];
        return $"unknown long flag '{name}'{Hint(name, Options(parsed.CommandResult).Select(static option => option.Name))}";
    }

    private static string Hint(string typed, IEnumerable<string> known) =>
        NearestName.Find(typed, known) is { } nearest ? $". Did you mean {nearest}?" : "";

    private static IEnumerable<Option> Options(CommandResult result)
    {
        for (SymbolResult? current = result; current is not null; current = current.Parent)
        {
            if (current is CommandResult { Command: var command })
            {
                foreach (Option option in command.Options.Where(o => !o.Hidden && (ReferenceEquals(current, result) || o.Recursive)))
                {
                    yield return option;
                }
            }
        }
    }
}
