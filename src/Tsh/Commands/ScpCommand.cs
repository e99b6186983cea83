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
    private readonly Argument<string[]> _paths = new("paths") { Arity = new ArgumentArity(2, 1000), Description = "FROM.. TO; a remote path is [LOGIN@]HOST:PATH." };
    private readonly Option<bool> _recursive = new("--recursive", "-r") { Description = "Copy folders with all they hold." };
    private readonly Option<bool> _preserve = new("--preserve", "-p") { Description = "Keep times and permissions." };
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Show no progress." };
    private readonly Option<int?> _port = new("--port", "-P") { Description = "Port of the host." };

    public ScpCommand(GlobalOptions globals)
        : base("scp", "Copy files to or from a host.")
    {
        _globals = globals;
        Add(_paths);
        Add(_recursive);
        Add(_preserve);
        Add(_quiet);
        Add(_port);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        string[] paths = parsed.GetValue(_paths)!;
        CopyPath to = CopyPath.Parse(paths[^1]);
        CopyPath[] from = [.. paths[..^1].Select(CopyPath.Parse)];
        bool upload = to.Host is not null;
        if (from.Any(path => path.Host is null != upload) || from.Select(static path => path.Host).Distinct().Count() > 1)
        {
            throw TeleportException.Invalid("One side has to be on this machine and the other on one host: tsh scp FILE [LOGIN@]HOST:PATH, or the reverse.");
        }

        (Profile profile, ClientIdentity identity) = _globals.Require(parsed);
        CopyPath remote = upload ? to : from[0];
        string login = remote.Login ?? _globals.LoginName(parsed) ?? Environment.UserName;
        await using NodeConnection connection = await new NodeConnector(profile, identity, TimeProvider.System)
            .ConnectAsync(new NodeTarget(login, remote.Host!, parsed.GetValue(_port) ?? 0), login, null, cancellationToken);
        await using SshSession session = await SshSession.OpenAsync(connection.Node, null, cancellationToken);
        await session.SubsystemAsync("sftp", cancellationToken);
        await using SftpClient sftp = await SftpClient.StartAsync(session.Channel.AsStream(), cancellationToken);
        var options = new SftpTransferOptions
        {
            Recursive = parsed.GetValue(_recursive),
            Preserve = parsed.GetValue(_preserve),
            Progress = parsed.GetValue(_quiet) || !LocalTerminal.IsOutput ? null : new CopyProgress(upload),
            OnSkipped = static (path, reason) => Console.Error.WriteLine($"warning: {Names.Printable(path)} was left out: {Names.Printable(reason)}"),
        };
        foreach (CopyPath path in from)
        {
            await (upload
                ? sftp.UploadAsync(path.Path, to.Path, options, cancellationToken)
                : sftp.DownloadAsync(path.Path, to.Path, options, cancellationToken));
        }

        return 0;
    }

    /// <summary>A path here or there.</summary>
    private sealed record CopyPath(string? Login, string? Host, string Path)
    {
        public static CopyPath Parse(string text)
        {
            int colon = text.IndexOf(':', StringComparison.Ordinal);
            int slash = text.IndexOf('/', StringComparison.Ordinal);
            if (colon <= 0 || (slash >= 0 && slash < colon))
            {
                return new CopyPath(null, null, text);
            }

            NodeTarget target = NodeTarget.Parse(text[..colon]);
            return new CopyPath(target.Login, target.Host, text[(colon + 1)..] is { Length: > 0 } path ? path : ".");
        }
    }

    /// <summary>Shows each file once it is there, and how far a large one has come.</summary>
    private sealed class CopyProgress(bool upload) : IProgress<SftpProgress>
    {
        private long _shown;

        public void Report(SftpProgress value)
        {
            bool done = value.Transferred >= value.Total;
            if (!done && Environment.TickCount64 - _shown < 200)
            {
                return;
            }

            _shown = Environment.TickCount64;
            string arrow = upload ? "->" : "<-";
            long percent = value.Total == 0 ? 100 : value.Transferred * 100 / value.Total;
            Console.Error.Write(done ? $"\r{arrow} {Names.Printable(value.Path)} ({value.Total})\u001b[K\n" : $"\r{arrow} {Names.Printable(value.Path)} {percent} %\u001b[K");
        }
    }
}
