using System.CommandLine;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Api;
using Teleport.Client.Commands;
using Teleport.Client.Nodes;
using Teleport.Client.Profiles;
using Teleport.Client.Sessions;
using Teleport.Client.Terminals;
using Teleport.Tsh.Requests;

namespace Teleport.Tsh.Commands;

/// <summary><c>tsh ssh</c>.</summary>
internal sealed class SshCommand : Command
{
    private readonly GlobalOptions _globals;
    private readonly LoginFinder _logins;
    private readonly RequestOffer _offer;
    private readonly Option<string?> _requestReason = new("--request-reason") { Description = "If access is refused, ask for it with this reason, and wait." };
    private readonly Option<string> _requestMode = new("--request-mode") { DefaultValueFactory = static _ => RequestOffer.Resource, Description = "What to ask for if access is refused: resource, role or off." };
    private readonly Argument<string> _host = new("host") { Description = "[LOGIN@]HOST: a name, an id, an address; or labels key=value, for all hosts that have them." };
    private readonly Argument<string[]> _command = new("command") { Arity = ArgumentArity.ZeroOrMore, Description = "The remote command; none: a shell." };
    private readonly Option<int?> _port = new("--port", "-p") { Description = "Port of the host." };
    private readonly Option<bool> _forwardAgent = new("--forward-agent", "-A") { Description = "Forward the key agent." };
    private readonly Option<string[]> _localForward = new("--forward", "-L") { Description = "Forward a port of this machine: [BIND:]PORT:HOST:HOSTPORT." };
    private readonly Option<string[]> _remoteForward = new("--remote-forward", "-R") { Description = "Forward a port of the host: [BIND:]PORT:HOST:HOSTPORT." };
    private readonly Option<string[]> _dynamicForward = new("--dynamic-forward", "-D") { Description = "Listen as a SOCKS proxy: [BIND:]PORT." };
    private readonly Option<bool> _noCommand = new("--no-remote-exec", "-N") { Description = "Run nothing; only forward ports." };
    private readonly Option<bool> _noInput = new("--stdin-null", "-n") { Description = "Read no input." };
    private readonly Option<bool> _tty = new("--tty", "-t") { Description = "Ask for a terminal, also for a command; twice: even without one here." };
    private readonly Option<bool> _noTty = new("--no-terminal", "-T") { Description = "Ask for no terminal." };
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Show no banner and no exit status." };
    private readonly Option<bool> _local = new("--local") { Description = "Run the command on this machine, while ports are forwarded." };
    private readonly Option<bool> _escapeSequences = new("--enable-escape-sequences") { DefaultValueFactory = static _ => true, Description = "Recognise ~. and the like." };
    private readonly Option<string[]> _options = new("--option", "-o") { Description = "Options of OpenSSH, as ForwardAgent=yes." };

    public SshCommand(GlobalOptions globals, LoginFinder logins, RequestOffer offer)
        : base("ssh", "Run a shell or a command on a host.")
    {
        (_globals, _logins, _offer) = (globals, logins, offer);
        foreach (Option option in new Option[]
        {
            _port, _forwardAgent, _localForward, _remoteForward, _dynamicForward, _noCommand, _noInput, _tty, _noTty, _quiet, _local, _escapeSequences, _options, globals.Cluster, _requestReason, _requestMode,
            RefusedOption.Create("graphical programs are not forwarded by this version", "--x11", "-X"),
            RefusedOption.Create("graphical programs are not forwarded by this version", "--x11-trusted", "-Y"),
            RefusedOption.Create("run it with & behind the command, or use -N with ports to forward", "--fork-after-authentication", "-f"),
            RefusedOption.Create("sessions are not moderated by this version", "--participant-req"),
            RefusedOption.Create("sessions are not shared by this version", "--invited"),
            RefusedOption.Create("sessions are not shared by this version", "--join-mode"),
            RefusedOption.Create("sessions are not shared by this version", "--reason"),
        })
        {
            Add(option);
        }

        Add(_host);
        Add(_command);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        // Mistakes are found before anybody is asked to log in.
        NodeTarget target = NodeTarget.Parse(parsed.GetValue(_host)!);
        SessionRequest request = Read(parsed, target);
        if (request is { RunsHere: true, Command: { } command, HasForwards: false })
        {
            await Console.Error.WriteLineAsync("Executing command locally without connecting to any servers. This makes no sense.");
            return await SessionRunner.RunHereAsync(command, cancellationToken);
        }

        string mode = parsed.GetValue(_requestMode)!;
        if (mode is not (RequestOffer.Resource or RequestOffer.Role or RequestOffer.Off))
        {
            throw TeleportException.Invalid($"--request-mode is \"{mode}\": expected resource, role or off.");
        }

        ActiveLogin login = await _logins.RequireAsync(parsed, cancellationToken);
        if (target.IsLabel)
        {
            return await RunOnAllAsync(login, target with { Port = parsed.GetValue(_port) ?? 0 }, request, cancellationToken);
        }

        NodeTarget node = target with { Port = parsed.GetValue(_port) ?? target.Port };
        try
        {
            return await new SessionRunner(login, request).RunAsync(node, cancellationToken);
        }
        catch (CommandFailedException e) when (e.Code is ErrorCode.AccessDenied or ErrorCode.NotFound)
        {
            // Said again only if nothing comes of the offer.
            if (!await _offer.MakeAsync(parsed, login, node, mode, parsed.GetValue(_requestReason), cancellationToken))
            {
                throw;
            }
        }

        return await new SessionRunner(await _logins.FindAsync(parsed, cancellationToken), request).RunAsync(node, cancellationToken);
    }

    private SessionRequest Read(ParseResult parsed, NodeTarget target)
    {
        SshOptions options = SshOptions.Parse(parsed.GetValue(_options) ?? [], Console.Error.WriteLine, Environment.GetEnvironmentVariable);
        string[] words = parsed.GetValue(_command) ?? [];
        return new SessionRequest
        {
            Login = target.Login ?? _globals.Login(parsed),
            Command = words.Length == 0 ? null : string.Join(' ', words),
            RunsNothing = parsed.GetValue(_noCommand),
            RunsHere = parsed.GetValue(_local),
            Terminal = WantsTerminal(parsed, words.Length > 0, options),
            ReadsInput = !parsed.GetValue(_noInput),
            HasEscapeKeys = parsed.GetValue(_escapeSequences),
            ForwardAgent = parsed.GetValue(_forwardAgent) || options.ForwardAgent == true,
            TrustAnyHost = options.TrustsAnyHost,
            Quiet = parsed.GetValue(_quiet),
            Variables = [.. SshOptions.Locale(Environment.GetEnvironmentVariables()), .. options.Variables],
            LocalForwards = [.. (parsed.GetValue(_localForward) ?? []).Select(static text => PortForward.Parse(text, "-L"))],
            RemoteForwards = [.. (parsed.GetValue(_remoteForward) ?? []).Select(static text => PortForward.Parse(text, "-R"))],
            DynamicForwards = [.. (parsed.GetValue(_dynamicForward) ?? []).Select(PortForward.ParseDynamic)],
        };
    }

    private bool WantsTerminal(ParseResult parsed, bool hasCommand, SshOptions options)
    {
        bool? asked = parsed.GetValue(_noTty) ? false : parsed.GetValue(_tty) ? true : options.RequestTty;
        bool wanted = (asked ?? !hasCommand) && !parsed.GetValue(_noCommand) && !parsed.GetValue(_local);
        bool forced = options.ForcesTty || parsed.GetResult(_tty)?.IdentifierTokenCount > 1;
        if (wanted && !LocalTerminal.IsInput && !forced)
        {
            if (asked == true)
            {
                Console.Error.WriteLine("TTY will not be allocated on the server because stdin is not a terminal");
            }

            return false;
        }

        return wanted;
    }

    private static async Task<int> RunOnAllAsync(ActiveLogin login, NodeTarget target, SessionRequest request, CancellationToken cancellationToken)
    {
        IReadOnlyList<Server> nodes;
        await using (AuthClient auth = login.OpenAuth())
        {
            nodes = await NodeList.LoadAsync(auth, NodeSelector.Parse(target.Host), cancellationToken);
        }

        if (nodes.Count == 0)
        {
            throw TeleportException.NotFound($"no host that you may use has the labels {target.Host}. List them with: tsh ls");
        }

        if (nodes.Count > 1 && (request.Command is null || request.Terminal))
        {
            throw TeleportException.Invalid($"{nodes.Count} hosts have the labels {target.Host}, and a shell or terminal needs exactly one. Connect by one of these ids:\n" +
                string.Join('\n', nodes.Select(static node => $"  {node.Metadata.Name}  {Names.Printable(node.Spec.Hostname)}")));
        }

        int worst = 0;
        foreach (Server node in nodes)
        {
            if (nodes.Count > 1)
            {
                await Console.Error.WriteLineAsync($"Running command on {Names.Printable(node.Spec.Hostname)}:");
            }

            int status = await RunOnOneAsync(login, new NodeTarget(request.Login, node.Metadata.Name, target.Port), request, nodes.Count > 1, cancellationToken);
            worst = worst == 0 ? status : worst;
        }

        return worst;
    }

    /// <summary>Of several hosts, one that cannot be reached does not keep the others from running the command.</summary>
    private static async Task<int> RunOnOneAsync(ActiveLogin login, NodeTarget target, SessionRequest request, bool isOneOfMany, CancellationToken cancellationToken)
    {
        try
        {
            return await new SessionRunner(login, request).RunAsync(target, cancellationToken);
        }
        catch (CommandFailedException e) when (isOneOfMany)
        {
            await Console.Error.WriteLineAsync($"error: {Names.PrintableLines(e.Message)}");
            return e.ExitStatus;
        }
    }
}
