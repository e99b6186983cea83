using System.Text.Json.Serialization;

namespace Teleport.Pki.Identities;

/// <summary>The JSON of the extension teleport-roles: <c>{"version":"v1","roles":["admin"]}</c>.</summary>
internal sealed record RoleList
{
    [JsonPropertyName("version")]
    public string? Version { get; init; }

    [JsonPropertyName("roles")]
    public IReadOnlyList<string>? Roles { get; init; }
}
