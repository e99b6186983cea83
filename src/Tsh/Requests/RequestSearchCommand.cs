using System.CommandLine;
using Grpc.Core;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Api;
using Teleport.Api.Requests.V1;
using Teleport.Api.Resources.V1;
using Teleport.Client.Commands;
using Teleport.Client.Nodes;
using Teleport.Client.Output;

namespace Teleport.Tsh.Requests;

/// <summary><c>tsh request search</c>: what could be asked for, and the command that does.</summary>
internal sealed class RequestSearchCommand : Command
{
    public RequestSearchCommand(LoginFinder logins)
        : base("search", "Find resources or roles that you may ask for.")
    {
        var kind = new Option<string>("--kind") { DefaultValueFactory = static _ => ResourceKinds.Node, Description = "Kind of resource: node." };
        var search = new Option<string?>("--search") { Description = "Only those in whose name or labels all of these words occur: a,b." };
        var labels = new Option<string?>("--labels") { Description = "Only those with these labels: key=value,..." };
        var roles = new Option<bool>("--roles") { Description = "Roles in place of resources." };
        Option<string?> format = RequestCommand.FormatOption();
        foreach (Option option in new Option[]
        {
            kind, search, labels, roles, format, RefusedOption.Create("search by --labels or --search", "--query"),
            RefusedOption.Create("this version has no access to Kubernetes clusters", "--kube-cluster"),
            RefusedOption.Create("this version has no access to Kubernetes clusters", "--all-kube-namespaces"),
        })
        {
            Add(option);
        }

        SetAction(async (parsed, cancellationToken) =>
        {
            OutputFormat output = RequestCommand.Format(parsed.GetValue(format));
            NodeSelector selector = NodeSelector.Parse(parsed.GetValue(labels), parsed.GetValue(search));
            ActiveLogin login = await logins.RequireAsync(parsed, cancellationToken);
            await using AuthClient auth = login.OpenAuth();
            if (parsed.GetValue(roles))
            {
                Capabilities may = await auth.AccessRequests.GetCapabilitiesAsync(new GetCapabilitiesRequest(), cancellationToken: cancellationToken);
                await Console.Out.WriteAsync(FormatRoles(may, output));
                return 0;
            }

            IReadOnlyList<Server> found = await FindAsync(auth, parsed.GetValue(kind)!, selector, cancellationToken);
            await Console.Out.WriteAsync(output == OutputFormat.Text
                ? FormatText(login.Profile.Cluster, found)
                : Documents.Format([.. found.Select(static node => (ReadOnlyMemory<byte>)ResourceJson.Serialize(node))], output));
            return 0;
        });
    }

    /// <summary>Nodes that the user could ask for, by name.</summary>
    /// <exception cref="TeleportException">Code <c>invalid</c>: the kind cannot be searched for.</exception>
    public static async Task<IReadOnlyList<Server>> FindAsync(AuthClient auth, string kind, NodeSelector selector, CancellationToken cancellationToken)
    {
        var found = new List<Server>();
        using AsyncServerStreamingCall<ResourceDocument> call = auth.AccessRequests.SearchResources(
            new SearchResourcesRequest { Kind = kind }, cancellationToken: cancellationToken);
        while (await call.ResponseStream.MoveNext(cancellationToken))
        {
            ResourceDocument document = call.ResponseStream.Current;
            if (ResourceJson.Deserialize(document.Kind, document.Json.Span) is Server node && selector.Matches(node))
            {
                found.Add(node);
            }
        }

        return [.. found.OrderBy(static n => n.Spec.Hostname, StringComparer.Ordinal).ThenBy(static n => n.Metadata.Name, StringComparer.Ordinal)];
    }

    /// <summary>A node as requests name it.</summary>
    public static string IdOf(string cluster, Server node) =>
        new RequestedResource { Cluster = cluster, Kind = ResourceKinds.Node, Name = node.Metadata.Name }.ToString();

    private static string FormatText(string cluster, IReadOnlyList<Server> nodes)
    {
        if (nodes.Count == 0)
        {
            return "Nothing was found that you could ask for and do not reach already.\n";
        }

        var table = new Table("Name", "Hostname", "Labels", "Resource ID");
        foreach (Server node in nodes)
        {
            table.Add(node.Metadata.Name, node.Spec.Hostname, LabelText.Format(node.AllLabels()), IdOf(cluster, node));
        }

        string command = string.Join(' ', nodes.Take(20).Select(node => $"--resource {IdOf(cluster, node)}"));
        return $"{table}\nTo request access to these resources, run\n> tsh request create {command} \\\n    --reason <request reason>\n";
    }

    private static string FormatRoles(Capabilities may, OutputFormat output)
    {
        if (output != OutputFormat.Text)
        {
            return Documents.FormatOne(new System.Text.Json.Nodes.JsonArray([.. may.RequestableRoles.Select(static r => (System.Text.Json.Nodes.JsonNode)r)]), output);
        }

        if (may.RequestableRoles.Count == 0)
        {
            return "There is no role that you could ask for and do not hold already.\n";
        }

        var table = new Table("Role");
        foreach (string role in may.RequestableRoles)
        {
            table.Add(role);
        }

        return $"{table}\nTo request access to these roles, run\n> tsh request create --roles {string.Join(',', may.RequestableRoles)} \\\n    --reason <request reason>\n";
    }
}
