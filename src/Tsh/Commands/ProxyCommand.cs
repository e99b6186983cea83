using System.CommandLine;
using Teleport.Client.Profiles;
using Teleport.Client.Sessions;
using Teleport.Ssh;

namespace Teleport.Tsh.Commands;

/// <summary><c>tsh proxy ssh</c>: for OpenSSH's ProxyCommand.</summary>
internal sealed class ProxyCommand : Command
{
    private readonly Argument<string> _target = new("target") { Description = "[LOGIN@]HOST[:PORT]" };

    public ProxyCommand(GlobalOptions globals)
        : base("proxy", "Connect standard input and output to something behind the proxy.")
    {
        var ssh = new Command("ssh", "Connect to the SSH service of a host.") { _target };
        ssh.SetAction(async (parsed, cancellationToken) =>
        {
            (Profile profile, ClientIdentity identity) = globals.Require(parsed);
            NodeTarget target = NodeTarget.Parse(parsed.GetValue(_target)!);
            string suffix = "." + profile.Cluster;
            string host = target.Host.EndsWith(suffix, StringComparison.Ordinal) ? target.Host[..^suffix.Length] : target.Host;
            string login = target.Login ?? globals.LoginName(parsed) ?? Environment.UserName;
            (SshConnection proxy, SshChannel channel) = await new NodeConnector(profile, identity, TimeProvider.System).OpenAsync(login, host, target.Port, cancellationToken);
            await using (proxy)
            {
                Task up = StandardStreams.Input.CopyToAsync(channel.Output, null, cancellationToken);
                await channel.Input.CopyToAsync(StandardStreams.Output, cancellationToken);
                // The other end is done; what is still typed has nowhere to go.
                _ = up.ContinueWith(static task => task.Exception, TaskScheduler.Default);
            }

            return 0;
        });
        Add(ssh);
    }
}
