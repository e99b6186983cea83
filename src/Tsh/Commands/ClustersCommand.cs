using System.CommandLine;
using Teleport.Client.Output;
using Teleport.Client.Profiles;
using Teleport.Client.Sessions;
using Teleport.Ssh;

namespace Teleport.Tsh.Commands;

/// <summary><c>tsh clusters</c>.</summary>
internal sealed class ClustersCommand : Command
{
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Without the header." };

    public ClustersCommand(GlobalOptions globals)
        : base("clusters", "List the clusters that can be reached.")
    {
        Add(_quiet);
        SetAction(async (parsed, cancellationToken) =>
        {
            (Profile profile, ClientIdentity identity) = globals.Require(parsed);
            string status = "online";
            try
            {
                await using SshConnection proxy = await new NodeConnector(profile, identity, TimeProvider.System)
                    .ConnectProxyAsync(globals.LoginName(parsed) ?? profile.User, cancellationToken);
            }
            catch (Abstractions.Errors.TeleportException e) when (e.Code == Abstractions.Errors.ErrorCode.Unavailable)
            {
                status = "offline";
                await Console.Error.WriteLineAsync($"warning: {Names.Printable(e.Message)}");
            }

            var table = new Table("Cluster Name", "Status", "Cluster Type", "Selected");
            table.Add(profile.Cluster, status, "root", "*");
            await Console.Out.WriteAsync(parsed.GetValue(_quiet) ? $"{profile.Cluster} {status}\n" : table + "\n");
            return 0;
        });
    }
}
