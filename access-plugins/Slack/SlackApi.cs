using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Configuration;

namespace Teleport.AccessPlugins.Slack;

/// <summary>The calls of Slack's Web API that the plugin needs. Each says what its failure means.</summary>
internal sealed class SlackApi(SlackOptions options, IAccessPluginContext context)
{
    private static readonly HashSet<string> Unauthorized = new(StringComparer.Ordinal)
    {
        "invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "missing_scope", "no_permission", "not_allowed_token_type",
        "team_access_not_granted", "org_login_required", "ekm_access_denied",
    };

    private static readonly HashSet<string> Gone = new(StringComparer.Ordinal)
    {
        "channel_not_found", "not_in_channel", "is_archived", "users_not_found", "user_not_found", "user_not_visible", "message_not_found",
        "cant_update_message", "edit_window_closed", "user_disabled", "cannot_dm_bot", "user_not_in_channel",
    };

    private static readonly HashSet<string> Uncertain = new(StringComparer.Ordinal)
    {
        "internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org",
    };

    public Task<AuthTestAnswer> TestAsync(CancellationToken cancellationToken) =>
        PostAsync("auth.test", new JsonObject(), SlackJson.Default.AuthTestAnswer, cancellationToken);

    public Task<UserAnswer> LookUpByEmailAsync(string email, CancellationToken cancellationToken) =>
        GetAsync($"users.lookupByEmail?email={Uri.EscapeDataString(email)}", SlackJson.Default.UserAnswer, cancellationToken);

    public Task<UserAnswer> UserAsync(string id, CancellationToken cancellationToken) =>
        GetAsync($"users.info?user={Uri.EscapeDataString(id)}", SlackJson.Default.UserAnswer, cancellationToken);

    public Task<PostAnswer> PostMessageAsync(JsonObject message, CancellationToken cancellationToken) =>
        PostAsync("chat.postMessage", message, SlackJson.Default.PostAnswer, cancellationToken);

    public Task<PostAnswer> UpdateAsync(JsonObject message, CancellationToken cancellationToken) =>
        PostAsync("chat.update", message, SlackJson.Default.PostAnswer, cancellationToken);

    public Task<SlackAnswer> PostEphemeralAsync(JsonObject message, CancellationToken cancellationToken) =>
        PostAsync("chat.postEphemeral", message, SlackJson.Default.SlackAnswer, cancellationToken);

    public Task<ConversationAnswer> OpenConversationAsync(string user, CancellationToken cancellationToken) =>
        PostAsync("conversations.open", new JsonObject { ["users"] = user }, SlackJson.Default.ConversationAnswer, cancellationToken);

    public Task<HistoryAnswer> HistoryAsync(string channel, CancellationToken cancellationToken) =>
        GetAsync($"conversations.history?channel={Uri.EscapeDataString(channel)}&include_all_metadata=true&limit=100", SlackJson.Default.HistoryAnswer, cancellationToken);

    public Task<ChannelsAnswer> ChannelsAsync(string cursor, CancellationToken cancellationToken) => GetAsync(
        $"conversations.list?types=public_channel,private_channel&exclude_archived=true&limit=1000&cursor={Uri.EscapeDataString(cursor)}",
        SlackJson.Default.ChannelsAnswer,
        cancellationToken);

    /// <summary>The address of one WebSocket connection; a secret.</summary>
    public Task<ConnectionAnswer> OpenSocketAsync(CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, "apps.connections.open", options.AppToken!, null, SlackJson.Default.ConnectionAnswer, cancellationToken);

    private Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : SlackAnswer => SendAsync(HttpMethod.Get, path, options.Token!, null, type, cancellationToken);

    private Task<T> PostAsync<T>(string path, JsonObject body, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : SlackAnswer => SendAsync(HttpMethod.Post, path, options.Token!, body, type, cancellationToken);

    private async Task<T> SendAsync<T>(
        HttpMethod method, string path, SecretSource token, JsonObject? body, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : SlackAnswer
    {
        string call = path.Split('?')[0];
        using var request = new HttpRequestMessage(method, new Uri(options.ApiUrl, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", context.ReadSecret(token).Reveal());
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }

        using HttpResponseMessage response = await context.Http.SendAsync(request, cancellationToken);
        T answer = await response.ReadJsonAsync(call, type, cancellationToken);
        return answer.Ok == true ? answer : throw FailureOf(call, answer);
    }

    private static AccessPluginException FailureOf(string call, SlackAnswer answer)
    {
        string error = answer.Error is { Length: > 0 and <= 100 } said ? said : "no error named";
        if (error is "ratelimited" or "rate_limited")
        {
            return new AccessPluginException(AccessPluginFailure.Unavailable, $"Slack's {call}: too many calls.", TimeSpan.FromSeconds(1));
        }

        AccessPluginFailure failure = Unauthorized.Contains(error) ? AccessPluginFailure.Unauthorized
            : Gone.Contains(error) ? AccessPluginFailure.Gone
            : Uncertain.Contains(error) || answer.Ok is null ? AccessPluginFailure.Uncertain
            : AccessPluginFailure.Refused;
        return new AccessPluginException(failure, $"Slack's {call} failed: {error}.{AdviceOn(error, answer.Needed)}");
    }

    private static string AdviceOn(string error, string? needed) => error switch
    {
        "missing_scope" => $" Give the Slack app the scope {needed ?? "that the README names"} and install it again.",
        "not_in_channel" => " Invite the bot to the channel: /invite @NAME.",
        "channel_not_found" => " Check the channel's name, and invite the bot if it is private.",
        "invalid_auth" or "not_authed" or "token_revoked" or "token_expired" => " Put a valid token into its file.",
        _ => "",
    };
}
