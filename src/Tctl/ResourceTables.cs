using Teleport.Abstractions.Resources;
using Teleport.Api.Resources.V1;
using Teleport.Client.Nodes;
using Teleport.Client.Output;
using Teleport.Ssh.Keys;

namespace Teleport.Tctl;

/// <summary>Tables of resources for people.</summary>
internal static class ResourceTables
{
    public static Table Of(string kind, IReadOnlyList<ResourceDocument> documents)
    {
        Table table = Header(kind);
        foreach (ResourceDocument document in documents)
        {
            Add(table, ResourceJson.Deserialize(kind, document.Json.Span));
        }

        return table;
    }

    /// <summary>Servers, with their versions if asked for.</summary>
    public static Table OfServers(IEnumerable<Server> servers, bool verbose)
    {
        Table table = verbose ? new Table("Nodename", "UUID", "Address", "Labels", "Version") : Header(ResourceKinds.Node);
        foreach (Server server in servers)
        {
            string[] cells = [server.Spec.Hostname, server.Metadata.Name, server.Spec.UseTunnel ? "" : server.Spec.Addr, LabelText.Format(server.AllLabels())];
            table.Add(verbose ? [.. cells, server.Spec.Version ?? ""] : cells);
        }

        return table;
    }

    private static Table Header(string kind) => kind switch
    {
        ResourceKinds.User => new Table("User", "Roles"),
        ResourceKinds.Role => new Table("Role", "Allowed to login as", "Node Labels", "Access to resources"),
        ResourceKinds.Node or ResourceKinds.Proxy or ResourceKinds.AuthServer => new Table("Nodename", "UUID", "Address", "Labels"),
        ResourceKinds.CertAuthority => new Table("Cluster Name", "CA Type", "Fingerprint", "Role Map"),
        _ => new Table("Kind", "Name"),
    };

    private static void Add(Table table, Resource resource)
    {
        switch (resource)
        {
            case User user:
                table.Add(user.Metadata.Name, string.Join(',', user.Spec.Roles));
                break;
            case Role role:
                table.Add(role.Metadata.Name, string.Join(',', role.Spec.Allow.Logins ?? []), Labels(role.Spec.Allow.NodeLabels), Rules(role.Spec.Allow.Rules));
                break;
            case Server server:
                table.Add(server.Spec.Hostname, server.Metadata.Name, server.Spec.UseTunnel ? "" : server.Spec.Addr, LabelText.Format(server.AllLabels()));
                break;
            case CertAuthority authority:
                string[] prints = [.. authority.Spec.ActiveKeys.Ssh.Select(static key => SshPublicKey.Parse(key.PublicKey).Fingerprint)];
                table.Add(authority.Spec.ClusterName, authority.Spec.Type.ToString().ToLowerInvariant(), prints.Length > 0 ? prints[0] : "N/A", "N/A");
                break;
            default:
                table.Add(resource.Kind, resource.Metadata.Name);
                break;
        }
    }

    private static string Labels(IReadOnlyDictionary<string, StringList>? labels) => labels switch
    {
        null or { Count: 0 } => "<none>",
        _ when labels.ContainsKey("*") => "<all nodes>",
        _ => string.Join(',', labels.Select(static label => $"{label.Key}={string.Join('|', label.Value)}")),
    };

    private static string Rules(IReadOnlyList<RoleRule>? rules) =>
        rules is null ? "" : string.Join(';', rules.Select(static rule => $"{string.Join(',', rule.Resources)}:{string.Join(',', rule.Verbs)}"));
}
