using System.CommandLine;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Api;
using Teleport.Client.Auth;
using Teleport.Client.Profiles;
using Teleport.Client.Sessions;
using Teleport.Client.Terminals;

namespace Teleport.Tsh.Commands;

/// <summary><c>tsh ssh</c>.</summary>
internal sealed class SshCommand : Command
{
    private static readonly string[] IgnoredOptions = ["AddKeysToAgent", "StrictHostKeyChecking", "ForwardX11", "ForwardX11Trusted", "SendEnv", "SetEnv", "LogLevel", "BatchMode", "ConnectTimeout"];

    private readonly GlobalOptions _globals;
    private readonly Argument<string> _host = new("host") { Description = "[LOGIN@]HOST; or a label key=value, for all hosts that have it." };
    private readonly Argument<string[]> _command = new("command") { Arity = ArgumentArity.ZeroOrMore, Description = "The remote command; none: a shell." };
    private readonly Option<int?> _port = new("--port", "-p") { Description = "Port of the host." };
    private readonly Option<bool> _forwardAgent = new("--forward-agent", "-A") { Description = "Forward the key agent." };
    private readonly Option<string[]> _localForward = new("--forward", "-L") { AllowMultipleArgumentsPerToken = false, Description = "Forward a port of this machine: [BIND:]PORT:HOST:HOSTPORT." };
    private readonly Option<string[]> _remoteForward = new("--remote-forward", "-R") { AllowMultipleArgumentsPerToken = false, Description = "Forward a port of the host: [BIND:]PORT:HOST:HOSTPORT." };
    private readonly Option<string[]> _dynamicForward = new("--dynamic-forward", "-D") { AllowMultipleArgumentsPerToken = false, Description = "Listen as a SOCKS proxy: [BIND:]PORT." };
    private readonly Option<bool> _noCommand = new("--no-remote-exec", "-N") { Description = "Run nothing; only forward ports." };
    private readonly Option<bool> _tty = new("--tty", "-t") { Description = "Ask for a terminal, also for a command." };
    private readonly Option<bool> _noTty = new("--no-tty", "-T") { Description = "Ask for no terminal." };
    private readonly Option<string?> _cluster = new("--cluster") { Description = "Cluster of the host (TELEPORT_CLUSTER)." };
    private readonly Option<string[]> _options = new("--option", "-o") { AllowMultipleArgumentsPerToken = false, Description = "Options of OpenSSH, as ForwardAgent=yes." };

    public SshCommand(GlobalOptions globals)
        : base("ssh", "Run a shell or a command on a host.")
    {
        _globals = globals;
        foreach (Option option in new Option[] { _port, _forwardAgent, _localForward, _remoteForward, _dynamicForward, _noCommand, _tty, _noTty, _cluster, _options })
        {
            Add(option);
        }

        Add(_host);
        Add(_command);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        (Profile profile, ClientIdentity identity) = _globals.Require(parsed);
        if ((parsed.GetValue(_cluster) ?? Environment.GetEnvironmentVariable("TELEPORT_CLUSTER")) is { Length: > 0 } cluster && cluster != profile.Cluster)
        {
            throw TeleportException.NotFound($"cluster {Names.Printable(cluster)} not found; this proxy serves {profile.Cluster}");
        }

        NodeTarget target = NodeTarget.Parse(parsed.GetValue(_host)!);
        string[] words = parsed.GetValue(_command) ?? [];
        var request = new SessionRequest
        {
            Login = target.Login ?? _globals.LoginName(parsed) ?? Environment.UserName,
            Command = words.Length == 0 ? null : string.Join(' ', words),
            RunsNothing = parsed.GetValue(_noCommand),
            Terminal = WantsTerminal(parsed, words.Length > 0),
            ForwardAgent = parsed.GetValue(_forwardAgent),
            LocalForwards = [.. (parsed.GetValue(_localForward) ?? []).Select(PortForward.Parse)],
            RemoteForwards = [.. (parsed.GetValue(_remoteForward) ?? []).Select(PortForward.Parse)],
            DynamicForwards = [.. (parsed.GetValue(_dynamicForward) ?? []).Select(PortForward.ParseDynamic)],
        };
        request = Apply(parsed.GetValue(_options) ?? [], request);
        var runner = new SessionRunner(profile, identity, request);
        if (!target.IsLabel)
        {
            return await runner.RunAsync(target with { Port = parsed.GetValue(_port) ?? target.Port }, cancellationToken);
        }

        return await RunOnAllAsync(profile, identity, target, request, runner, cancellationToken);
    }

    private static async Task<int> RunOnAllAsync(
        Profile profile, ClientIdentity identity, NodeTarget target, SessionRequest request, SessionRunner runner, CancellationToken cancellationToken)
    {
        IReadOnlyList<Server> nodes;
        await using (AuthClient auth = AuthConnections.Open(profile, identity))
        {
            nodes = await NodeList.ListAsync(auth, NodeList.ParseLabels(target.Host), cancellationToken);
        }

        if (nodes.Count == 0)
        {
            throw TeleportException.NotFound($"no host has the labels {Names.Printable(target.Host)}. List them with: tsh ls");
        }

        if (nodes.Count > 1 && request.Command is null)
        {
            throw TeleportException.Invalid($"{nodes.Count} hosts have the labels {Names.Printable(target.Host)}, and a shell needs exactly one: " +
                string.Join(", ", nodes.Select(static n => $"{Names.Printable(n.Spec.Hostname)} ({n.Metadata.Name})")));
        }

        int worst = 0;
        foreach (Server node in nodes)
        {
            if (nodes.Count > 1)
            {
                await Console.Error.WriteLineAsync($"[{Names.Printable(node.Spec.Hostname)}]");
            }

            int status = await runner.RunAsync(new NodeTarget(request.Login, node.Metadata.Name, 0), cancellationToken);
            worst = worst == 0 ? status : worst;
        }

        return worst;
    }

    private bool WantsTerminal(ParseResult parsed, bool hasCommand)
    {
        bool wanted = parsed.GetValue(_tty) || (!hasCommand && !parsed.GetValue(_noTty));
        if (wanted && !LocalTerminal.IsInput)
        {
            if (parsed.GetValue(_tty))
            {
                Console.Error.WriteLine("TTY will not be allocated on the server because stdin is not a terminal");
            }

            return false;
        }

        return wanted;
    }

    private static SessionRequest Apply(string[] options, SessionRequest request)
    {
        foreach (string option in options)
        {
            string[] parts = option.Split(['=', ' '], 2);
            if (parts.Length != 2)
            {
                throw TeleportException.Invalid($"invalid format for option: \"{option}\"; expected NAME=VALUE");
            }

            bool yes = parts[1] is "yes" or "true";
            switch (parts[0])
            {
                case "ForwardAgent":
                    request = request with { ForwardAgent = yes };
                    break;
                case "RequestTTY":
                    request = request with { Terminal = yes || parts[1] == "force" };
                    break;
                default:
                    if (!IgnoredOptions.Contains(parts[0], StringComparer.OrdinalIgnoreCase))
                    {
                        throw TeleportException.Invalid($"unsupported option: \"{parts[0]}\"; known are ForwardAgent, RequestTTY, {string.Join(", ", IgnoredOptions)}");
                    }

                    Console.Error.WriteLine($"warning: the option {parts[0]} has no effect here");
                    break;
            }
        }

        return request;
    }
}
