using System.Net.Sockets;
using Teleport.Abstractions.Errors;
using Teleport.Client.Profiles;
using Teleport.Recordings;
using Teleport.Ssh;
using Teleport.Yaml;

namespace Teleport.Client.Commands;

/// <summary>Runs a command and reports what goes wrong: a line on the standard error, never a stack trace.</summary>
internal static class CommandErrors
{
    private const int BrokenPipe = 32;
    private const int EndedByBrokenPipe = 128 + 13;

    /// <summary>Runs a command.</summary>
    /// <param name="command">The command; returns its exit status.</param>
    /// <param name="error">Where errors are reported.</param>
    /// <param name="debug">Whether to show where an error came from.</param>
    public static async Task<int> RunAsync(Func<Task<int>> command, TextWriter error, bool debug)
    {
        try
        {
            return await command();
        }
        catch (YamlMistakesException e)
        {
            foreach (YamlMistake mistake in e.Mistakes)
            {
                await error.WriteLineAsync($"error: {Names.Printable(mistake.ToString())}");
            }

            return 1;
        }
        // Whoever read the output has seen enough, as head does.
        catch (IOException e) when (e.HResult == BrokenPipe)
        {
            return EndedByBrokenPipe;
        }
        // The border of the program: whatever happens becomes a line for people.
        catch (Exception e) when (e is not OperationCanceledException)
        {
            await error.WriteLineAsync($"error: {Names.PrintableLines(Describe(e)).TrimEnd()}");
            if (debug)
            {
                await error.WriteLineAsync(Names.PrintableLines(e.ToString()));
            }

            return e is CommandFailedException failed ? failed.ExitStatus : e is TeleportException teleport ? teleport.Code.ExitCode() : 1;
        }
    }

    private static string Describe(Exception e) => e switch
    {
        TeleportException or SshException or RecordingException or IOException or SocketException or UnauthorizedAccessException => e.Message,
        _ => $"{e.Message} (this looks like a defect: run again with --debug and report it)",
    };
}
