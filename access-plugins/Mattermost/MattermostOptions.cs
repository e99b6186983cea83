using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Resources;

namespace Teleport.AccessPlugins.Mattermost;

/// <summary>Options of an access plugin of type <c>mattermost</c>.</summary>
public sealed record MattermostOptions : AccessPluginOptions
{
    /// <summary>The server.</summary>
    public Uri? Url { get; init; }

    /// <summary>The bot's access token.</summary>
    public SecretSource? Token { get; init; }

    /// <summary>Where the server reaches the callback path of this plugin, as <c>https://proxy.example.com/plugins/mattermost</c>; without it messages have no buttons.</summary>
    public Uri? CallbackUrl { get; init; }

    /// <summary>Stands at the end of the callback address, since Mattermost does not sign what it sends.</summary>
    public SecretSource? CallbackSecret { get; init; }

    /// <summary>Addresses that callbacks come from; empty: any.</summary>
    public StringList AllowedSources { get; init; } = [];

    public override void Validate(OptionsValidation validation)
    {
        base.Validate(validation);
        RequireSecret(validation, "token", Token, "it is the access token of a bot account");
        RequireHttps(validation, "url", Url);
        RequireHttps(validation, "callback_url", CallbackUrl);
        if (Url is null)
        {
            validation.AddError("url", "is missing; write the address of the Mattermost server");
        }

        if (CallbackUrl is not null)
        {
            RequireSecret(validation, "callback_secret", CallbackSecret, "Mattermost does not sign callbacks, so their address has to be hard to guess");
        }
    }
}
