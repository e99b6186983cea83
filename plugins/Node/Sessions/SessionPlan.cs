using Teleport.Node.Connections;
using Teleport.Node.Processes;
using Teleport.Ssh.Scp;

namespace Teleport.Node.Sessions;

/// <summary>Which program a session runs: the user's shell, a command by it, or one of our own for files.</summary>
internal sealed record SessionPlan
{
    private const string FileServer = "teleport-files";
    private static readonly string[] Welcomes = ["/run/motd.dynamic", "/etc/motd"];

    /// <summary>The program.</summary>
    public required string Executable { get; init; }

    /// <summary>Its arguments, with its name.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Files to show first.</summary>
    public IReadOnlyList<string> Welcome { get; init; } = [];

    /// <summary>What copies files, if anything does.</summary>
    public FileCopyCommand? FileCopy { get; init; }

    /// <summary>The subsystem that was asked for, or <c>null</c>.</summary>
    public string? Subsystem { get; init; }

    /// <summary>Why it is not run, for the user; <c>null</c>: it is.</summary>
    public string? Refusal { get; init; }

    /// <summary>Whether the program is one of ours.</summary>
    public bool IsOwnProgram { get; init; }

    /// <summary>For <c>shell</c> and <c>exec</c>.</summary>
    /// <param name="connection">Whose session it is.</param>
    /// <param name="command">The command line; <c>null</c>: a shell.</param>
    /// <param name="hasTerminal">Whether it runs on a terminal.</param>
    public static SessionPlan Of(NodeConnection connection, string? command, bool hasTerminal)
    {
        LocalUser user = connection.User.Local;
        // A certificate that is good for one command is good for no other, whatever was asked for.
        string? used = connection.User.ForcedCommand ?? command;
        string shellName = Path.GetFileName(user.Shell);
        if (used is null)
        {
            return new SessionPlan { Executable = user.Shell, Arguments = ["-" + shellName], Welcome = hasTerminal ? Welcomes : [] };
        }

        FileCopyCommand? copy = FileCopyCommand.Recognise(used);
        // What only a shell could take apart is left to the shell, and to whatever scp the host has.
        return copy is { Program: "scp" } && !hasTerminal && ScpCommand.TryParse(used, out _)
            ? OwnProgram(connection, ["scp", used]) with { FileCopy = copy }
            : new SessionPlan { Executable = user.Shell, Arguments = [shellName, "-c", used], FileCopy = copy };
    }

    /// <summary>For the subsystem <c>sftp</c>.</summary>
    public static SessionPlan OfSftp(NodeConnection connection)
    {
        var copy = new FileCopyCommand("sftp", IsUpload: true, ".");
        SessionPlan plan = connection.User.ForcedCommand is { } forced
            ? Of(connection, forced, hasTerminal: false)
            : OwnProgram(connection, ["sftp"]) with { FileCopy = copy };
        return plan with { Subsystem = "sftp" };
    }

    private static SessionPlan OwnProgram(NodeConnection connection, IReadOnlyList<string> arguments) => new()
    {
        Executable = OwnPrograms.Find(connection.Context.Instance.ExecutablePath, "files", FileServer),
        Arguments = [FileServer, .. arguments],
        IsOwnProgram = true,
    };
}
