using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Teleport.Client.Profiles;

namespace Teleport.Client.Output;

/// <summary>Reads and runs command lines.</summary>
public static class CommandLines
{
    /// <summary>Reads arguments, reports each mistake as a line, and otherwise runs the command.</summary>
    /// <param name="root">The command line.</param>
    /// <param name="args">The arguments.</param>
    /// <param name="debug">Asks for more about what fails.</param>
    /// <param name="error">Where mistakes are reported.</param>
    /// <returns>The exit status.</returns>
    public static async Task<int> RunAsync(RootCommand root, IReadOnlyList<string> args, Option<bool> debug, TextWriter error)
    {
        ArgumentNullException.ThrowIfNull(root);
        ArgumentNullException.ThrowIfNull(error);

        // Users and hosts may begin with @: no file is read in place of an argument.
        ParseResult parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        string[] mistakes = parsed.Action is HelpAction ? [] : [.. Mistakes(parsed)];
        foreach (string mistake in mistakes)
        {
            await error.WriteLineAsync($"error: {Names.Printable(mistake)}");
        }

        return mistakes.Length > 0
            ? 1
            : await CommandErrors.RunAsync(
                async () => await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }), error, parsed.GetValue(debug));
    }

    private static IEnumerable<string> Mistakes(ParseResult parsed)
    {
        // The parser takes an unknown flag for an argument where there is room for one.
        Token? flag = parsed.Tokens.TakeWhile(static token => token.Type != TokenType.DoubleDash)
            .FirstOrDefault(static token => token is { Type: TokenType.Argument, Value: ['-', _, ..] });
        return flag is not null
            ? [$"unknown flag \"{flag.Value}\". List the flags with --help; what follows -- is no flag."]
            : parsed.Errors.Select(static e => e.Message);
    }
}
