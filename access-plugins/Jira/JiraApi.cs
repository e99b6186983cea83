using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Teleport.Abstractions.AccessPlugins;

namespace Teleport.AccessPlugins.Jira;

/// <summary>The calls of Jira's REST API that the plugin needs, of Cloud and of Data Center.</summary>
internal sealed class JiraApi(JiraOptions options, IAccessPluginContext context)
{
    public const string RequestProperty = "teleportAccessRequestId";

    private bool IsCloud => options.Username is not null;

    public Task<JiraUser> MyselfAsync(CancellationToken cancellationToken) => GetAsync("rest/api/2/myself", JiraJson.Default.JiraUser, cancellationToken);

    public Task<JiraProject> ProjectAsync(CancellationToken cancellationToken) =>
        GetAsync($"rest/api/2/project/{options.Project}", JiraJson.Default.JiraProject, cancellationToken);

    public Task<JiraUser> UserAsync(string id, CancellationToken cancellationToken) =>
        GetAsync($"rest/api/2/user?{(IsCloud ? "accountId" : "username")}={Uri.EscapeDataString(id)}", JiraJson.Default.JiraUser, cancellationToken);

    /// <summary>An issue with its status, what it can be moved to, and who moved it.</summary>
    public Task<JiraIssue> IssueAsync(string id, CancellationToken cancellationToken) => GetAsync(
        $"rest/api/2/issue/{Uri.EscapeDataString(id)}?fields=status&expand=changelog,transitions&properties={RequestProperty}", JiraJson.Default.JiraIssue, cancellationToken);

    public async Task<JiraIssue?> FindAsync(string label, CancellationToken cancellationToken)
    {
        string query = Uri.EscapeDataString($"project = \"{options.Project}\" AND labels = \"{label}\"");
        // Cloud took the old search away; Data Center does not have the new one.
        string path = IsCloud ? $"rest/api/3/search/jql?jql={query}&fields=status&maxResults=1" : $"rest/api/2/search?jql={query}&fields=status&maxResults=1";
        return (await GetAsync(path, JiraJson.Default.JiraIssues, cancellationToken)).Issues is [var issue, ..] ? issue : null;
    }

    public Task<JiraIssue> CreateAsync(JsonObject issue, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, "rest/api/2/issue", issue, JiraJson.Default.JiraIssue, cancellationToken);

    public Task ChangeAsync(string key, JsonObject fields, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Put, $"rest/api/2/issue/{Uri.EscapeDataString(key)}", new JsonObject { ["fields"] = fields }, cancellationToken);

    public Task MoveAsync(string key, string transition, CancellationToken cancellationToken) => SendAsync(
        HttpMethod.Post, $"rest/api/2/issue/{Uri.EscapeDataString(key)}/transitions", new JsonObject { ["transition"] = new JsonObject { ["id"] = transition } }, cancellationToken);

    public Task CommentAsync(string key, string text, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, $"rest/api/2/issue/{Uri.EscapeDataString(key)}/comment", new JsonObject { ["body"] = text }, cancellationToken);

    private async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        using HttpResponseMessage response = await CallAsync(HttpMethod.Get, path, null, cancellationToken);
        return await response.ReadJsonAsync(NameOf(HttpMethod.Get, path), type, cancellationToken);
    }

    private async Task<T> SendAsync<T>(HttpMethod method, string path, JsonObject body, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        using HttpResponseMessage response = await CallAsync(method, path, body, cancellationToken);
        return await response.ReadJsonAsync(NameOf(method, path), type, cancellationToken);
    }

    private async Task SendAsync(HttpMethod method, string path, JsonObject body, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await CallAsync(method, path, body, cancellationToken);
        await response.RequireSuccessAsync(NameOf(method, path), cancellationToken);
        if (response.StatusCode == System.Net.HttpStatusCode.OK)
        {
            // Jira answers these calls by 201 and 204; anything else that claims success came from somebody else.
            throw new AccessPluginException(AccessPluginFailure.Uncertain, $"{NameOf(method, path)} was answered 200, as Jira does not. Is the address right?");
        }
    }

    private async Task<HttpResponseMessage> CallAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(options.Url!, path));
        string token = context.ReadSecret(options.ApiToken!).Reveal();
        request.Headers.Authorization = options.Username is { } user
            ? new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{token}")))
            : new AuthenticationHeaderValue("Bearer", token);
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }

        return await context.Http.SendAsync(request, cancellationToken);
    }

    private static string NameOf(HttpMethod method, string path) => $"Jira's {method} {path.Split('?')[0].Split('/')[3]}";
}
