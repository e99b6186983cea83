using System.CommandLine;
using Teleport.Abstractions.Resources;
using Teleport.Api;
using Teleport.Client.Nodes;
using Teleport.Client.Output;
using Teleport.Client.Profiles;

namespace Teleport.Tsh.Commands;

/// <summary><c>tsh ls</c>.</summary>
internal sealed class LsCommand : Command
{
    private readonly LoginFinder _logins;
    private readonly Argument<string?> _labels = new("labels") { Arity = ArgumentArity.ZeroOrOne, Description = "Only nodes with these labels: key=value,..." };
    private readonly Option<string?> _format = new("--format", "-f") { Description = "text, json, yaml or names." };
    private readonly Option<bool> _verbose = new("--verbose", "-v") { Description = "Show ids too." };
    private readonly Option<string?> _search = new("--search") { Description = "Only nodes in whose name or labels all of these words occur: a,b." };

    public LsCommand(GlobalOptions globals, LoginFinder logins)
        : base("ls", "List the servers that you may log in to.")
    {
        _logins = logins;
        Add(_labels);
        Add(_format);
        Add(_verbose);
        Add(_search);
        Add(globals.Cluster);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        OutputFormat format = Documents.ParseFormat(
            parsed.GetValue(_format), OutputFormat.Text, OutputFormat.Text, OutputFormat.Json, OutputFormat.Yaml, OutputFormat.Names);
        NodeSelector selector = NodeSelector.Parse(parsed.GetValue(_labels), parsed.GetValue(_search));
        ActiveLogin login = await _logins.RequireAsync(parsed, cancellationToken);
        await using AuthClient auth = login.OpenAuth();
        IReadOnlyList<Server> nodes = await NodeList.LoadAsync(auth, selector, cancellationToken);
        await Console.Out.WriteAsync(format switch
        {
            OutputFormat.Names => string.Concat(nodes.Select(static n => Names.Printable(n.Spec.Hostname) + "\n")),
            OutputFormat.Text => NodeList.Format(nodes, parsed.GetValue(_verbose)) + "\n",
            _ => Documents.Format([.. nodes.Select(static n => (ReadOnlyMemory<byte>)ResourceJson.Serialize(n))], format),
        });
        return 0;
    }
}
