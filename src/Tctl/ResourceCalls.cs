using Grpc.Core;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Api;
using Teleport.Api.Resources.V1;
using Teleport.Yaml;

namespace Teleport.Tctl;

/// <summary>Names of kinds as people write them, and lists of resources.</summary>
internal static class ResourceCalls
{
    private static readonly Dictionary<string, string> Aliases = new(StringComparer.OrdinalIgnoreCase)
    {
        ["role"] = ResourceKinds.Role, ["roles"] = ResourceKinds.Role,
        ["user"] = ResourceKinds.User, ["users"] = ResourceKinds.User,
        ["token"] = ResourceKinds.Token, ["tokens"] = ResourceKinds.Token,
        ["node"] = ResourceKinds.Node, ["nodes"] = ResourceKinds.Node,
        ["proxy"] = ResourceKinds.Proxy, ["proxies"] = ResourceKinds.Proxy,
        ["auth"] = ResourceKinds.AuthServer, ["auth_server"] = ResourceKinds.AuthServer, ["auth_servers"] = ResourceKinds.AuthServer,
        ["ca"] = ResourceKinds.CertAuthority, ["cas"] = ResourceKinds.CertAuthority, ["cert_authority"] = ResourceKinds.CertAuthority, ["cert_authorities"] = ResourceKinds.CertAuthority,
        ["cluster_name"] = ResourceKinds.ClusterName,
        ["cap"] = ResourceKinds.AuthPreference, ["cluster_auth_preference"] = ResourceKinds.AuthPreference,
        ["cnc"] = ResourceKinds.NetworkingConfig, ["netconfig"] = ResourceKinds.NetworkingConfig, ["networking"] = ResourceKinds.NetworkingConfig,
        ["networking_config"] = ResourceKinds.NetworkingConfig, ["cluster_networking_config"] = ResourceKinds.NetworkingConfig,
        ["src"] = ResourceKinds.RecordingConfig, ["recconfig"] = ResourceKinds.RecordingConfig, ["recording_config"] = ResourceKinds.RecordingConfig,
        ["session_recording_config"] = ResourceKinds.RecordingConfig,
        ["access_request"] = ResourceKinds.AccessRequest, ["access_requests"] = ResourceKinds.AccessRequest,
        ["chat_identity"] = ResourceKinds.ChatIdentity, ["chat_identities"] = ResourceKinds.ChatIdentity,
        ["access_plugin"] = ResourceKinds.AccessPlugin, ["access_plugins"] = ResourceKinds.AccessPlugin,
        ["access_monitoring_rule"] = ResourceKinds.AccessMonitoringRule, ["access_monitoring_rules"] = ResourceKinds.AccessMonitoringRule,
    };

    // In the order in which a new cluster can take them back.
    private static readonly string[] Everything =
    [
        ResourceKinds.ClusterName, ResourceKinds.AuthPreference, ResourceKinds.NetworkingConfig, ResourceKinds.RecordingConfig, ResourceKinds.CertAuthority,
        ResourceKinds.Role, ResourceKinds.User, ResourceKinds.Token,
    ];

    private static readonly string[] Singletons =
        [ResourceKinds.ClusterName, ResourceKinds.AuthPreference, ResourceKinds.NetworkingConfig, ResourceKinds.RecordingConfig];

    /// <summary>Reads <c>kind</c>, <c>kind/name</c> or, of authorities, <c>kind/type/cluster</c>.</summary>
    /// <exception cref="TeleportException">Code <c>invalid</c>: the kind is unknown.</exception>
    public static (string Kind, string? Name) ParseReference(string text)
    {
        string[] parts = text.Split('/', 2);
        if (!Aliases.TryGetValue(parts[0], out string? kind))
        {
            throw TeleportException.Invalid($"The kind of resource \"{parts[0]}\" is unknown: {NearestName.Hint(parts[0], Aliases.Keys)}");
        }

        string? name = parts.Length == 2 ? parts[1] : null;
        return name switch
        {
            "" => throw TeleportException.Invalid($"\"{text}\" names no resource: expected {parts[0]} or {parts[0]}/NAME."),
            not null when kind == ResourceKinds.CertAuthority => (kind, name.Replace('/', ':')),
            _ => (kind, name),
        };
    }

    /// <summary>Reads several, by commas; <c>all</c> stands for every kind that a cluster is made of.</summary>
    public static IReadOnlyList<(string Kind, string? Name)> ParseReferences(string text) =>
        text == "all" ? [.. Everything.Select(static kind => (kind, (string?)null))] : [.. Formats.List(text).Select(ParseReference)];

    /// <summary>Whether there is one resource of that kind only.</summary>
    public static bool IsSingleton(string kind) => Singletons.Contains(kind);

    public static async Task<IReadOnlyList<ResourceDocument>> ListAsync(AuthClient auth, string kind, bool withSecrets, CancellationToken cancellationToken)
    {
        var documents = new List<ResourceDocument>();
        using AsyncServerStreamingCall<ResourceDocument> call = auth.Resources.List(new ListRequest { Kind = kind, WithSecrets = withSecrets }, cancellationToken: cancellationToken);
        while (await call.ResponseStream.MoveNext(cancellationToken))
        {
            documents.Add(call.ResponseStream.Current);
        }

        return documents;
    }
}
