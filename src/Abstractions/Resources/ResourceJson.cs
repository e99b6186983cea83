using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Teleport.Abstractions.Resources;

/// <summary>The one codec of resources: on the wire, in the store and on the command line. Unknown fields are an error.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    MaxDepth = 32)]
[JsonSerializable(typeof(Role))]
[JsonSerializable(typeof(User))]
[JsonSerializable(typeof(Token))]
[JsonSerializable(typeof(Server))]
[JsonSerializable(typeof(CertAuthority))]
[JsonSerializable(typeof(ClusterName))]
[JsonSerializable(typeof(AuthPreference))]
[JsonSerializable(typeof(NetworkingConfig))]
[JsonSerializable(typeof(RecordingConfig))]
[JsonSerializable(typeof(AccessRequest))]
[JsonSerializable(typeof(PluginNotes))]
[JsonSerializable(typeof(ChatIdentity))]
[JsonSerializable(typeof(AccessMonitoringRule))]
[JsonSerializable(typeof(AccessPluginSettings))]
public sealed partial class ResourceJson : JsonSerializerContext
{
    /// <summary>The type information of a kind, or <c>null</c> for a kind that this version does not know.</summary>
    public static JsonTypeInfo? ForKind(string kind) => kind switch
    {
        ResourceKinds.Role => Default.Role,
        ResourceKinds.User => Default.User,
        ResourceKinds.Token => Default.Token,
        ResourceKinds.Node or ResourceKinds.Proxy or ResourceKinds.AuthServer => Default.Server,
        ResourceKinds.CertAuthority => Default.CertAuthority,
        ResourceKinds.ClusterName => Default.ClusterName,
        ResourceKinds.AuthPreference => Default.AuthPreference,
        ResourceKinds.NetworkingConfig => Default.NetworkingConfig,
        ResourceKinds.RecordingConfig => Default.RecordingConfig,
        ResourceKinds.AccessRequest => Default.AccessRequest,
        ResourceKinds.PluginData => Default.PluginNotes,
        ResourceKinds.ChatIdentity => Default.ChatIdentity,
        ResourceKinds.AccessMonitoringRule => Default.AccessMonitoringRule,
        ResourceKinds.AccessPlugin => Default.AccessPluginSettings,
        _ => null,
    };

    /// <summary>Writes a resource.</summary>
    public static byte[] Serialize(Resource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return JsonSerializer.SerializeToUtf8Bytes(resource, resource.GetType(), Default);
    }

    /// <summary>Reads a resource of a kind.</summary>
    /// <exception cref="JsonException">The bytes are no such resource; the message names the place.</exception>
    /// <exception cref="Errors.TeleportException">Code <c>invalid</c>: the kind is unknown.</exception>
    public static Resource Deserialize(string kind, ReadOnlySpan<byte> json) =>
        ForKind(kind) is { } info
            ? (Resource)(JsonSerializer.Deserialize(json, info) ?? throw new JsonException($"A {kind} is null."))
            : throw Errors.TeleportException.Invalid($"The kind of resource \"{kind}\" is unknown to this version.");
}
