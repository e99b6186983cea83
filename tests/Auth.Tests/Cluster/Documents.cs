using Google.Protobuf;
using Teleport.Abstractions.Resources;
using Teleport.Api;
using Teleport.Api.Resources.V1;

namespace Teleport.Auth.Tests.Cluster;

/// <summary>Resources as documents.</summary>
internal static class Documents
{
    public static async Task<ResourceDocument> CreateAsync(AuthClient client, Resource resource) => await client.Resources.CreateAsync(Write(resource));

    public static async Task<ResourceDocument> UpsertAsync(AuthClient client, Resource resource) => await client.Resources.UpsertAsync(Write(resource));

    public static async Task<T> GetAsync<T>(AuthClient client, string kind, string name, bool withSecrets = false)
        where T : Resource =>
        (T)ResourceJson.Deserialize(kind, (await client.Resources.GetAsync(new GetRequest { Kind = kind, Name = name, WithSecrets = withSecrets })).Json.Span);

    public static async Task DeleteAsync(AuthClient client, string kind, string name) =>
        await client.Resources.DeleteAsync(new DeleteRequest { Kind = kind, Name = name });

    public static WriteRequest Write(Resource resource) => new() { Kind = resource.Kind, Json = ByteString.CopyFrom(ResourceJson.Serialize(resource)) };
}
