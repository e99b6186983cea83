using System.CommandLine;
using System.Text.Json.Nodes;
using Teleport.Abstractions.Errors;
using Teleport.Api;
using Teleport.Api.Cluster.V1;
using Teleport.Client.Output;
using Teleport.Client.Profiles;

namespace Teleport.Tsh.Commands;

/// <summary><c>tsh clusters</c>.</summary>
internal sealed class ClustersCommand : Command
{
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Without the header." };
    private readonly Option<string?> _format = new("--format", "-f") { Description = "text, json or yaml." };

    public ClustersCommand(LoginFinder logins)
        : base("clusters", "List the clusters that can be reached.")
    {
        Add(_quiet);
        Add(_format);
        SetAction(async (parsed, cancellationToken) =>
        {
            OutputFormat format = Documents.ParseFormat(parsed.GetValue(_format), OutputFormat.Text, OutputFormat.Text, OutputFormat.Json, OutputFormat.Yaml);
            ActiveLogin login = await logins.RequireAsync(parsed, cancellationToken);
            string cluster = login.Profile.Cluster;
            string status = await StatusAsync(login, cancellationToken);
            var table = new Table("Cluster Name", "Status", "Cluster Type", "Labels", "Selected");
            table.Add(cluster, status, "root", "", "*");
            await Console.Out.WriteAsync(
                format != OutputFormat.Text ? Documents.FormatOne(
                    new JsonArray((JsonNode)new JsonObject { ["cluster_name"] = cluster, ["status"] = status, ["cluster_type"] = "root", ["labels"] = new JsonObject(), ["selected"] = true }), format)
                : parsed.GetValue(_quiet) ? $"{cluster} {status}\n"
                : table + "\n");
            return 0;
        });
    }

    private static async Task<string> StatusAsync(ActiveLogin login, CancellationToken cancellationToken)
    {
        try
        {
            await using AuthClient auth = login.OpenAuth();
            await auth.Cluster.PingAsync(new PingRequest(), cancellationToken: cancellationToken);
            return "online";
        }
        catch (TeleportException e) when (e.Code == ErrorCode.Unavailable)
        {
            await Console.Error.WriteLineAsync($"warning: {Names.Printable(e.Message)}");
            return "offline";
        }
    }
}
