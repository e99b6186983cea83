using System.CommandLine;
using System.CommandLine.Help;

namespace Teleport.Client.Commands;

/// <summary>Reads and runs command lines.</summary>
public static class CommandLines
{
    /// <summary>Reads arguments, reports a mistake as a line, and otherwise runs the command.</summary>
    /// <param name="root">The command line.</param>
    /// <param name="args">The arguments.</param>
    /// <param name="debug">Asks for more about what fails; so does TELEPORT_DEBUG.</param>
    /// <param name="error">Where mistakes are reported.</param>
    /// <returns>The exit status.</returns>
    public static async Task<int> RunAsync(RootCommand root, IReadOnlyList<string> args, Option<bool> debug, TextWriter error)
    {
        ArgumentNullException.ThrowIfNull(root);
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(error);
        ParseResult parsed = Parse(root, args);
        if (Mistake(parsed) is { } mistake)
        {
            return await MisusedAsync(root, args, parsed, mistake, error);
        }

        using var interruption = new Interruption();
        try
        {
            return await CommandErrors.RunAsync(
                () => parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, interruption.Token),
                error,
                parsed.GetValue(debug) || Environment.GetEnvironmentVariable("TELEPORT_DEBUG") is "1" or "true" or "yes");
        }
        catch (OperationCanceledException)
        {
            return interruption.Status;
        }
    }

    /// <summary>Reads arguments; mistakes are in the result.</summary>
    public static ParseResult Parse(RootCommand root, IReadOnlyList<string> args)
    {
        ArgumentNullException.ThrowIfNull(root);
        ArgumentNullException.ThrowIfNull(args);
        // "help CMD" reads as "CMD --help".
        IReadOnlyList<string> words = args is ["help", ..] ? [.. args.Skip(1), "--help"] : args;
        // Users and hosts may begin with @: no file is read in place of an argument.
        return root.Parse(Switches.Normalize(root, words), new ParserConfiguration { ResponseFileTokenReplacer = null });
    }

    /// <summary>What is wrong with the arguments, in a sentence; <c>null</c>: nothing.</summary>
    public static string? Mistake(ParseResult parsed)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        return parsed.Action is HelpAction ? null : UsageErrors.Find(parsed);
    }

    private static async Task<int> MisusedAsync(RootCommand root, IReadOnlyList<string> args, ParseResult parsed, string mistake, TextWriter error)
    {
        if (parsed.UnmatchedTokens.Count == 0 && parsed.CommandResult.Command is { Subcommands.Count: > 0, Action: null })
        {
            // A command is missing: show which there are.
            await Parse(root, [.. args, "--help"]).InvokeAsync();
            return 1;
        }

        await error.WriteLineAsync($"error: {mistake}");
        return 1;
    }
}
