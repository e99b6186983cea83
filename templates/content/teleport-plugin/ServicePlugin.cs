using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Plugins;

namespace MyService;

/// <summary>Provides the access plugin: in teleport.yaml, access_service.plugins.NAME with this type.</summary>
public sealed class ServicePlugin : IPlugin
{
    public void Register(IPluginRegistration plugin) =>
        plugin.ProvideAccessPlugin<ServiceOptions>("myservice", static (options, context) => new ServiceAccessPlugin(options, context));
}

/// <summary>The plugin's section of teleport.yaml; keys are in snake_case.</summary>
public sealed record ServiceOptions : AccessPluginOptions
{
    public Uri? Url { get; init; }

    public SecretSource? Token { get; init; }

    public override void Validate(OptionsValidation validation)
    {
        base.Validate(validation);
        RequireHttps(validation, "url", Url);
        RequireSecret(validation, "token", Token, "it is the access token of the service");
        if (Url is null)
        {
            validation.AddError("url", "is missing; write the address of the service");
        }
    }
}

/// <summary>Tells the service of access requests. The host does the rest: who is told, texts, retries, restarts.</summary>
internal sealed class ServiceAccessPlugin(ServiceOptions options, IAccessPluginContext context) : IAccessPlugin
{
    public MessageFormat Format { get; } = new() { Markup = TextMarkup.Plain };

    public async Task<PostedMessage> PostAsync(AccessMessage message, CancellationToken cancellationToken)
    {
        await SendAsync(HttpMethod.Post, message.Key, message, cancellationToken);
        return new PostedMessage(message.Recipient.Id, message.Key);
    }

    public Task UpdateAsync(PostedMessage posted, AccessMessage message, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Put, posted.Message, message, cancellationToken);

    private async Task SendAsync(HttpMethod method, string id, AccessMessage message, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(options.Url!, $"messages/{id}"))
        {
            Content = new StringContent($"{message.Title}\n\n{message.Body}\n{message.Status}"),
        };
        request.Headers.Add("Authorization", $"Bearer {context.ReadSecret(options.Token!).Reveal()}");
        using HttpResponseMessage response = await context.Http.SendAsync(request, cancellationToken);
        await response.RequireSuccessAsync("Sending a message", cancellationToken);
    }
}
