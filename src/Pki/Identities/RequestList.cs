using System.Text.Json.Serialization;

namespace Teleport.Pki.Identities;

/// <summary>The JSON of the extension teleport-active-requests: <c>{"access_requests":["ID"]}</c>.</summary>
internal sealed record RequestList
{
    [JsonPropertyName("access_requests")]
    public IReadOnlyList<string>? AccessRequests { get; init; }
}
