using System.CommandLine;
using Teleport.Abstractions.Errors;
using Teleport.Client.Profiles;
using Teleport.Client.Sessions;
using Teleport.Client.Terminals;
using Teleport.Ssh.Sessions;
using Teleport.Ssh.Sftp;

namespace Teleport.Tsh.Commands;

/// <summary><c>tsh scp</c>, over SFTP.</summary>
internal sealed class ScpCommand : Command
{
    private readonly GlobalOptions _globals;
    private readonly LoginFinder _logins;
    private readonly Argument<string[]> _paths = new("paths") { Arity = new ArgumentArity(2, 1000), Description = "FROM.. TO; a remote path is [LOGIN@]HOST:PATH." };
    private readonly Option<bool> _recursive = new("--recursive", "-r") { Description = "Copy folders with all they hold." };
    private readonly Option<bool> _preserve = new("--preserve", "-p") { Description = "Keep times and permissions." };
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Show no progress." };
    private readonly Option<int?> _port = new("--port", "-P") { Description = "Port of the host." };

    public ScpCommand(GlobalOptions globals, LoginFinder logins)
        : base("scp", "Copy files to or from a host.")
    {
        (_globals, _logins) = (globals, logins);
        Add(_paths);
        Add(_recursive);
        Add(_preserve);
        Add(_quiet);
        Add(_port);
        Add(globals.Cluster);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        CopyPath[] paths = [.. parsed.GetValue(_paths)!.Select(CopyPath.Parse)];
        (CopyPath[] from, CopyPath to) = (paths[..^1], paths[^1]);
        Check(from, to);
        ActiveLogin login = await _logins.RequireAsync(parsed, cancellationToken);
        if (to.IsRemote)
        {
            await OnHostAsync(login, parsed, to, sftp => CopyAllAsync(from, path => sftp.UploadAsync(path.Path, to.RemotePath, Transfer(parsed, "->"), cancellationToken)), cancellationToken);
            return 0;
        }

        foreach (IGrouping<(string?, string?), CopyPath> host in from.GroupBy(static path => (path.Login, path.Host)))
        {
            await OnHostAsync(login, parsed, host.First(), sftp => CopyAllAsync(host, path => sftp.DownloadAsync(path.RemotePath, to.Path, Transfer(parsed, "<-"), cancellationToken)), cancellationToken);
        }

        return 0;
    }

    private static void Check(CopyPath[] from, CopyPath to)
    {
        if (from.Any(path => path.IsRemote == to.IsRemote))
        {
            throw TeleportException.Invalid(to.IsRemote
                ? "Files are copied between this machine and a host, not between two hosts. Copy them here first."
                : "One side has to be on a host: tsh scp FILE [LOGIN@]HOST:PATH, or the reverse.");
        }

        if (from.Length > 1 && !to.IsRemote && !Directory.Exists(to.Path))
        {
            throw TeleportException.Invalid($"Several files are copied into a folder, but {to.Path} is none.");
        }
    }

    private SftpTransferOptions Transfer(ParseResult parsed, string arrow) => new()
    {
        Recursive = parsed.GetValue(_recursive),
        Preserve = parsed.GetValue(_preserve),
        Progress = parsed.GetValue(_quiet) ? null : new CopyProgress(Console.Out, arrow, LocalTerminal.IsOutput, TimeProvider.System),
        OnSkipped = static (path, reason) => Console.Error.WriteLine($"warning: {Names.Printable(path)} was left out: {Names.Printable(reason)}"),
    };

    private static async Task CopyAllAsync(IEnumerable<CopyPath> paths, Func<CopyPath, Task> copy)
    {
        foreach (CopyPath path in paths)
        {
            await copy(path);
        }
    }

    private async Task OnHostAsync(ActiveLogin login, ParseResult parsed, CopyPath where, Func<SftpClient, Task> action, CancellationToken cancellationToken)
    {
        string name = where.Login ?? _globals.Login(parsed);
        await using NodeConnection connection = await login.Nodes()
            .ConnectAsync(new NodeTarget(name, where.Host!, parsed.GetValue(_port) ?? 0), name, handler: null, cancellationToken);
        await using SshSession session = await SshSession.OpenAsync(connection.Node, null, cancellationToken);
        await session.SubsystemAsync("sftp", cancellationToken);
        await using SftpClient sftp = await SftpClient.StartAsync(session.Channel.AsStream(), cancellationToken);
        await action(sftp);
    }
}
