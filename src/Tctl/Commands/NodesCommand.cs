using System.CommandLine;
using Teleport.Abstractions.Resources;
using Teleport.Api;
using Teleport.Api.Resources.V1;
using Teleport.Client.Output;

namespace Teleport.Tctl.Commands;

/// <summary><c>tctl nodes</c>.</summary>
internal sealed class NodesCommand : Command
{
    public NodesCommand(GlobalOptions globals)
        : base("nodes", "List servers, and invite new ones.")
    {
        Option<string?> format = Formats.Option();
        var list = new Command("ls", "List servers.") { format };
        list.SetAction(async (parsed, cancellationToken) =>
        {
            OutputFormat output = Formats.Of(parsed.GetValue(format));
            await using AuthClient auth = await globals.OpenAsync(parsed, cancellationToken);
            IReadOnlyList<ResourceDocument> nodes = await ResourceCalls.ListAsync(auth, ResourceKinds.Node, withSecrets: false, cancellationToken);
            await Console.Out.WriteAsync(output != OutputFormat.Text
                ? Documents.Format([.. nodes.Select(static n => n.Json.Memory)], output)
                : ResourceTables.Of(ResourceKinds.Node, nodes) + "\n");
            return 0;
        });
        Add(list);
        var roles = new Option<string>("--roles") { DefaultValueFactory = static _ => "node", Description = "What may join." };
        Add(TokensCommand.AddCommand(globals, "add", "Make a token for a server, and print how to join by it.", roles, "30m"));
    }
}
