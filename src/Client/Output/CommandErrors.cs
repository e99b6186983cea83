using Teleport.Abstractions.Errors;
using Teleport.Client.Profiles;
using Teleport.Ssh;
using Teleport.Yaml;

namespace Teleport.Client.Output;

/// <summary>Runs a command and reports what goes wrong: one line for each mistake on the standard error, never a stack trace.</summary>
public static class CommandErrors
{
    private const int Interrupted = 130;

    /// <summary>Runs a command.</summary>
    /// <param name="command">The command; returns its exit status.</param>
    /// <param name="error">Where errors are reported.</param>
    /// <param name="debug">Whether to show where an error came from.</param>
    public static async Task<int> RunAsync(Func<Task<int>> command, TextWriter error, bool debug)
    {
        ArgumentNullException.ThrowIfNull(command);
        ArgumentNullException.ThrowIfNull(error);
        try
        {
            return await command();
        }
        catch (OperationCanceledException)
        {
            return Interrupted;
        }
        catch (YamlMistakesException e)
        {
            foreach (YamlMistake mistake in e.Mistakes)
            {
                await error.WriteLineAsync($"error: {Names.Printable(mistake.ToString())}");
            }

            return 1;
        }
        // The border of the program: whatever happens becomes a line for people.
        catch (Exception e)
        {
            await error.WriteLineAsync($"error: {Names.Printable(Describe(e))}");
            if (debug)
            {
                await error.WriteLineAsync(e.ToString());
            }

            return e is TeleportException teleport ? teleport.Code.ExitCode() : 1;
        }
    }

    private static string Describe(Exception e) => e switch
    {
        TeleportException or SshException or IOException or UnauthorizedAccessException => e.Message,
        _ => $"{e.Message} (this looks like a defect: run again with --debug and report it)",
    };
}
