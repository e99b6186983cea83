using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Plugins;

namespace Acme.Ntfy;

/// <summary>Provides the access plugin "ntfy".</summary>
public sealed class NtfyPlugin : IPlugin
{
    public void Register(IPluginRegistration plugin) =>
        plugin.ProvideAccessPlugin<NtfyOptions>("ntfy", static (options, context) => new NtfyAccessPlugin(options, context));
}

/// <summary>The section access_service.plugins.ntfy; recipients are topics.</summary>
public sealed record NtfyOptions : AccessPluginOptions
{
    public Uri Url { get; init; } = new("https://ntfy.sh/");

    public SecretSource? Token { get; init; }

    public override void Validate(OptionsValidation validation)
    {
        base.Validate(validation);
        RequireHttps(validation, "url", Url);
        RequireSecret(validation, "token", Token, "it is an access token of the ntfy server");
    }
}

/// <summary>Publishes a notification for each request, and another one when it changes.</summary>
internal sealed class NtfyAccessPlugin(NtfyOptions options, IAccessPluginContext context) : IAccessPlugin
{
    public MessageFormat Format { get; } = new() { Markup = TextMarkup.Plain, MaxBody = 3500 };

    public async Task<PostedMessage> PostAsync(AccessMessage message, CancellationToken cancellationToken)
    {
        await PublishAsync(message.Recipient.Id, message.Title, $"{message.Body}\n{message.Status}", message.Link, cancellationToken);
        return new PostedMessage(message.Recipient.Id, message.Key);
    }

    public Task UpdateAsync(PostedMessage posted, AccessMessage message, CancellationToken cancellationToken) =>
        PublishAsync(posted.Channel, message.Title, message.Status, message.Link, cancellationToken);

    private async Task PublishAsync(string topic, string title, string text, Uri? link, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(options.Url, Uri.EscapeDataString(topic))) { Content = new StringContent(text) };
        request.Headers.Add("Authorization", $"Bearer {context.ReadSecret(options.Token!).Reveal()}");
        request.Headers.Add("Title", Uri.EscapeDataString(title));
        request.Headers.Add("Click", link?.AbsoluteUri ?? "");
        using HttpResponseMessage response = await context.Http.SendAsync(request, cancellationToken);
        await response.RequireSuccessAsync("Publishing", cancellationToken);
    }
}
