using System.CommandLine;
using Teleport.Abstractions.Resources;
using Teleport.Api;
using Teleport.Client.Nodes;
using Teleport.Client.Output;

namespace Teleport.Tctl.Commands;

/// <summary><c>tctl nodes</c>.</summary>
internal sealed class NodesCommand : Command
{
    public NodesCommand(GlobalOptions globals)
        : base("nodes", "List servers, and invite new ones.")
    {
        Option<string?> format = Formats.Option();
        var labels = new Argument<string?>("labels") { Arity = ArgumentArity.ZeroOrOne, Description = "Only servers with these labels: key=value,..." };
        var search = new Option<string?>("--search") { Description = "Only servers in whose name or labels all of these words occur: a,b." };
        var verbose = new Option<bool>("--verbose", "-v") { Description = "Show versions too." };
        var list = new Command("ls", "List servers.") { labels, search, verbose, format };
        list.SetAction(async (parsed, cancellationToken) =>
        {
            OutputFormat output = Formats.Of(parsed.GetValue(format));
            NodeSelector selector = NodeSelector.Parse(parsed.GetValue(labels), parsed.GetValue(search));
            await using AuthClient auth = await globals.OpenAsync(parsed, cancellationToken);
            IReadOnlyList<Server> nodes = await NodeList.LoadAsync(auth, selector, cancellationToken);
            await Console.Out.WriteAsync(
                output != OutputFormat.Text ? Documents.Format([.. nodes.Select(static node => (ReadOnlyMemory<byte>)ResourceJson.Serialize(node))], output)
                : nodes.Count == 0 ? "No servers found.\n"
                : ResourceTables.OfServers(nodes, parsed.GetValue(verbose)) + "\n");
            return 0;
        });
        Add(list);
        var roles = new Option<string>("--roles") { DefaultValueFactory = static _ => "node", Description = "What may join." };
        Add(TokensCommand.AddCommand(globals, "add", "Make a token for a server, and print how to join by it.", roles, "30m"));
    }
}
