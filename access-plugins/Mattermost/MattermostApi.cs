using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Teleport.Abstractions.AccessPlugins;

namespace Teleport.AccessPlugins.Mattermost;

/// <summary>The calls of Mattermost's API, version 4, that the plugin needs.</summary>
internal sealed class MattermostApi(MattermostOptions options, IAccessPluginContext context)
{
    public Task<MattermostUser> MeAsync(CancellationToken cancellationToken) => GetAsync("users/me", MattermostJson.Default.MattermostUser, cancellationToken);

    public Task<MattermostUser> UserAsync(string id, CancellationToken cancellationToken) =>
        GetAsync($"users/{Uri.EscapeDataString(id)}", MattermostJson.Default.MattermostUser, cancellationToken);

    public Task<MattermostUser> UserByEmailAsync(string email, CancellationToken cancellationToken) =>
        GetAsync($"users/email/{Uri.EscapeDataString(email)}", MattermostJson.Default.MattermostUser, cancellationToken);

    public Task<IdAnswer> ChannelAsync(string team, string channel, CancellationToken cancellationToken) =>
        GetAsync($"teams/name/{Uri.EscapeDataString(team)}/channels/name/{Uri.EscapeDataString(channel)}", MattermostJson.Default.IdAnswer, cancellationToken);

    public Task<IdAnswer> DirectChannelAsync(string one, string other, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, "channels/direct", new JsonArray(one, other), MattermostJson.Default.IdAnswer, cancellationToken);

    public Task<PostAnswer> PostAsync(JsonObject post, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, "posts", post, MattermostJson.Default.PostAnswer, cancellationToken);

    public Task<PostAnswer> PatchAsync(string id, JsonObject post, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Put, $"posts/{Uri.EscapeDataString(id)}/patch", post, MattermostJson.Default.PostAnswer, cancellationToken);

    public Task<PostAnswer> ReadPostAsync(string id, CancellationToken cancellationToken) =>
        GetAsync($"posts/{Uri.EscapeDataString(id)}", MattermostJson.Default.PostAnswer, cancellationToken);

    public Task<PostsAnswer> PostsAsync(string channel, CancellationToken cancellationToken) =>
        GetAsync($"channels/{Uri.EscapeDataString(channel)}/posts?per_page=100", MattermostJson.Default.PostsAnswer, cancellationToken);

    public Task<PostAnswer> WhisperAsync(string user, string channel, string text, CancellationToken cancellationToken) => SendAsync(
        HttpMethod.Post,
        "posts/ephemeral",
        new JsonObject { ["user_id"] = user, ["post"] = new JsonObject { ["channel_id"] = channel, ["message"] = text } },
        MattermostJson.Default.PostAnswer,
        cancellationToken);

    private Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class => SendAsync(HttpMethod.Get, path, null, type, cancellationToken);

    private async Task<T> SendAsync<T>(HttpMethod method, string path, JsonNode? body, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        using var request = new HttpRequestMessage(method, new Uri(options.Url!, $"/api/v4/{path}"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", context.ReadSecret(options.Token!).Reveal());
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }

        using HttpResponseMessage response = await context.Http.SendAsync(request, cancellationToken);
        // Without ids: they are in the path.
        return await response.ReadJsonAsync($"Mattermost's {method} {path.Split('/')[0]}", type, cancellationToken);
    }
}
