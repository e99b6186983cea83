using System.CommandLine;
using Teleport.Abstractions.Errors;
using Teleport.Client.Sessions;
using Teleport.Client.Terminals;

namespace Teleport.Tsh.Commands;

/// <summary><c>tsh proxy ssh</c>: for OpenSSH's ProxyCommand.</summary>
internal sealed class ProxyCommand : Command
{
    private readonly Argument<string> _target = new("target") { Description = "[LOGIN@]HOST[:PORT]" };

    public ProxyCommand(GlobalOptions globals, LoginFinder logins)
        : base("proxy", "Connect standard input and output to something behind the proxy.")
    {
        var ssh = new Command("ssh", "Connect to the SSH service of a host.") { _target, globals.Cluster };
        ssh.SetAction(async (parsed, cancellationToken) =>
        {
            NodeTarget target = NodeTarget.Parse(parsed.GetValue(_target)!);
            ActiveLogin login = await logins.RequireAsync(parsed, cancellationToken);
            string suffix = "." + login.Profile.Cluster;
            string host = target.Host.EndsWith(suffix, StringComparison.Ordinal) ? target.Host[..^suffix.Length] : target.Host;
            await using ProxyChannel way = await login.Nodes().OpenAsync(target.Login ?? globals.Login(parsed), host, target.Port, cancellationToken);
            Stream output = LocalTerminal.OpenOutput();
            Task up = StandardStreams.SendAsync(LocalTerminal.OpenInput(), way.Channel, cancellationToken);
            await way.Channel.Input.CopyToAsync(output, cancellationToken);
            if (up.IsFaulted)
            {
                await up;
            }

            return way.Said.Length == 0 ? 0 : throw TeleportException.Unavailable(way.Said);
        });
        Add(ssh);
    }
}
