using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Teleport.AccessPlugins.Jira;

internal sealed record JiraUser(string? AccountId, string? Name, string? DisplayName, string? EmailAddress, bool? Active, string? AccountType)
{
    /// <summary>The stable id: Cloud and Data Center call it differently.</summary>
    [JsonIgnore]
    public string? Id => AccountId ?? Name;
}

internal sealed record JiraIssue(string? Id, string? Key, JiraFields? Fields, IReadOnlyList<JiraTransition>? Transitions, JiraChangelog? Changelog, JsonObject? Properties);

internal sealed record JiraFields(JiraStatus? Status);

internal sealed record JiraStatus(string? Name);

internal sealed record JiraTransition(string? Id, JiraStatus? To);

internal sealed record JiraChangelog(IReadOnlyList<JiraHistory>? Histories);

internal sealed record JiraHistory(string? Id, JiraUser? Author, string? Created, IReadOnlyList<JiraHistoryItem>? Items);

internal sealed record JiraHistoryItem(
    [property: JsonPropertyName("field")] string? FieldName, [property: JsonPropertyName("toString")] string? NewValue);

internal sealed record JiraIssues(IReadOnlyList<JiraIssue>? Issues);

internal sealed record JiraProject(string? Key);

internal sealed record JiraHook(string? WebhookEvent, JiraIssue? Issue);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, MaxDepth = 64)]
[JsonSerializable(typeof(JiraUser))]
[JsonSerializable(typeof(JiraIssue))]
[JsonSerializable(typeof(JiraIssues))]
[JsonSerializable(typeof(JiraProject))]
[JsonSerializable(typeof(JiraHook))]
internal sealed partial class JiraJson : JsonSerializerContext;
