using System.Buffers;

namespace Teleport.Node.Sessions;

/// <summary>A command line that copies files: what a policy against copying refuses, and what our own scp serves.</summary>
/// <param name="Program">The program that was asked for: <c>scp</c>, <c>sftp-server</c> or <c>rsync</c>.</param>
/// <param name="IsUpload">Whether files come to this host.</param>
/// <param name="Path">The path on this host, as it was written.</param>
internal sealed record FileCopyCommand(string Program, bool IsUpload, string Path)
{
    private static readonly SearchValues<char> Names = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    /// <summary>Recognises a command line.</summary>
    /// <returns><c>null</c>: it is none of these.</returns>
    /// <remarks>
    /// Recognised by its first word, assignments before it aside. This is a policy for what tools do, not a prison: a user who may run
    /// commands can always pipe a file through one, and the documentation says so.
    /// </remarks>
    public static FileCopyCommand? Recognise(string command)
    {
        IReadOnlyList<string> words = ShellWords.Split(command);
        int first = 0;
        while (first < words.Count && (words[first] is "exec" or "command" or "env" or "sudo" or "nice" || IsAssignment(words[first])))
        {
            first++;
        }

        if (first == words.Count)
        {
            return null;
        }

        string program = System.IO.Path.GetFileName(words[first]);
        IReadOnlyList<string> arguments = [.. words.Skip(first + 1)];
        return program switch
        {
            "scp" => OfScp(arguments),
            "rsync" when arguments.Contains("--server") => new FileCopyCommand(
                program, !arguments.Contains("--sender"), arguments.LastOrDefault(".")),
            "sftp-server" or "internal-sftp" => new FileCopyCommand(program, IsUpload: true, "."),
            _ => null,
        };
    }

    private static FileCopyCommand? OfScp(IReadOnlyList<string> arguments)
    {
        bool isSink = false, isSource = false;
        foreach (string argument in arguments.TakeWhile(static argument => argument.StartsWith('-') && argument != "--"))
        {
            isSink |= argument.Contains('t', StringComparison.Ordinal);
            isSource |= argument.Contains('f', StringComparison.Ordinal);
        }

        // Neither: the user runs scp here to copy elsewhere, as a client.
        return isSink == isSource
            ? null
            : new FileCopyCommand("scp", isSink, arguments.LastOrDefault("."));
    }

    private static bool IsAssignment(string word)
    {
        int mark = word.IndexOf('=', StringComparison.Ordinal);
        return mark > 0 && word.AsSpan(0, mark).IndexOfAnyExcept(Names) < 0;
    }
}
