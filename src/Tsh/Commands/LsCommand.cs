using System.CommandLine;
using Teleport.Abstractions.Resources;
using Teleport.Api;
using Teleport.Client.Auth;
using Teleport.Client.Output;
using Teleport.Client.Profiles;

namespace Teleport.Tsh.Commands;

/// <summary><c>tsh ls</c>.</summary>
internal sealed class LsCommand : Command
{
    private const int LabelsOnALine = 2;

    private readonly GlobalOptions _globals;
    private readonly Argument<string?> _labels = new("labels") { Arity = ArgumentArity.ZeroOrOne, Description = "Only nodes with these labels: key=value,..." };
    private readonly Option<string?> _format = new("--format", "-f") { Description = "text, json, yaml or names." };
    private readonly Option<bool> _verbose = new("--verbose", "-v") { Description = "Show ids too." };

    public LsCommand(GlobalOptions globals)
        : base("ls", "List the servers that you may log in to.")
    {
        _globals = globals;
        Add(_labels);
        Add(_format);
        Add(_verbose);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        OutputFormat format = Documents.ParseFormat(
            parsed.GetValue(_format), OutputFormat.Text, OutputFormat.Text, OutputFormat.Json, OutputFormat.Yaml, OutputFormat.Names);
        (Profile profile, ClientIdentity identity) = _globals.Require(parsed);
        await using AuthClient auth = AuthConnections.Open(profile, identity);
        IReadOnlyList<Server> nodes = await NodeList.ListAsync(auth, NodeList.ParseLabels(parsed.GetValue(_labels)), cancellationToken);
        await Console.Out.WriteAsync(format switch
        {
            OutputFormat.Names => string.Concat(nodes.Select(static n => Names.Printable(n.Spec.Hostname) + "\n")),
            OutputFormat.Text => parsed.GetValue(_verbose) ? Wide(nodes) : Narrow(nodes) + "\n",
            _ => Documents.Format([.. nodes.Select(static n => (ReadOnlyMemory<byte>)ResourceJson.Serialize(n))], format),
        });
        return 0;
    }

    private static string Narrow(IReadOnlyList<Server> nodes)
    {
        var table = new Table("Node Name", "Address", "Labels");
        foreach (Server node in nodes)
        {
            table.Add(node.Spec.Hostname, Address(node), string.Join('\n', Labels(node).Chunk(LabelsOnALine).Select(static line => string.Join(", ", line))));
        }

        return table.ToString();
    }

    private static string Wide(IReadOnlyList<Server> nodes)
    {
        var table = new Table("Node Name", "Node ID", "Address", "Labels");
        foreach (Server node in nodes)
        {
            table.Add(node.Spec.Hostname, node.Metadata.Name, Address(node), string.Join(',', Labels(node)));
        }

        return table + "\n";
    }

    private static string Address(Server node) => node.Spec.UseTunnel ? "⟵ Tunnel" : node.Spec.Addr;

    private static IEnumerable<string> Labels(Server node) => node.AllLabels().Select(static label => $"{label.Key}={label.Value}");
}
