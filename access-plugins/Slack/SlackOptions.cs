using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Resources;

namespace Teleport.AccessPlugins.Slack;

/// <summary>Options of an access plugin of type <c>slack</c>.</summary>
public sealed record SlackOptions : AccessPluginOptions
{
    /// <summary>The bot token, <c>xoxb-…</c>.</summary>
    public SecretSource? Token { get; init; }

    /// <summary>Whether and how clicks arrive.</summary>
    public SlackMode Mode { get; init; } = SlackMode.Notify;

    /// <summary>The app-level token, <c>xapp-…</c>, for <see cref="SlackMode.Socket"/>.</summary>
    public SecretSource? AppToken { get; init; }

    /// <summary>The signing secret, for <see cref="SlackMode.Http"/>.</summary>
    public SecretSource? SigningSecret { get; init; }

    /// <summary>The signing secret before it was changed; accepted too while it stands here.</summary>
    public SecretSource? OldSigningSecret { get; init; }

    /// <summary>Ids of workspaces that the token may be of; empty: any.</summary>
    public StringList WorkspaceIds { get; init; } = [];

    /// <summary>Where the API is.</summary>
    public Uri ApiUrl { get; init; } = new("https://slack.com/api/");

    public override void Validate(OptionsValidation validation)
    {
        base.Validate(validation);
        RequireSecret(validation, "token", Token, "it is the bot token of the Slack app, which begins with xoxb-");
        RequireHttps(validation, "api_url", ApiUrl);
        if (Mode == SlackMode.Socket)
        {
            RequireSecret(validation, "app_token", AppToken, "mode: socket needs an app-level token with the scope connections:write, which begins with xapp-");
        }

        if (Mode == SlackMode.Http)
        {
            RequireSecret(validation, "signing_secret", SigningSecret, "mode: http needs the signing secret of the Slack app");
        }

        if (!RoleToRecipients.ContainsKey("*"))
        {
            validation.AddWarning("role_to_recipients", "has no line for \"*\", so of requests for other roles nobody may be told");
        }
    }
}

/// <summary>Whether and how clicks arrive.</summary>
public enum SlackMode
{
    /// <summary>Not at all: messages link to the web UI.</summary>
    Notify,

    /// <summary>Over a connection that the plugin opens; nothing of this side need be reachable.</summary>
    Socket,

    /// <summary>By signed requests to the proxy.</summary>
    Http,
}
