using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Configuration;

namespace Teleport.AccessPlugins.Webhook;

/// <summary>Options of an access plugin of type <c>webhook</c>.</summary>
public sealed record WebhookOptions : AccessPluginOptions
{
    /// <summary>Where events are sent.</summary>
    public Uri? Url { get; init; }

    /// <summary>Signs events.</summary>
    public SecretSource? Secret { get; init; }

    /// <summary>The secret before it was changed: signs events too, so that the receiver may change later.</summary>
    public SecretSource? OldSecret { get; init; }

    /// <summary>Verifies decisions; without it none are taken.</summary>
    public SecretSource? DecisionSecret { get; init; }

    /// <summary>The same before it was changed.</summary>
    public SecretSource? OldDecisionSecret { get; init; }

    public override void Validate(OptionsValidation validation)
    {
        base.Validate(validation);
        RequireSecret(validation, "secret", Secret, "it signs what is sent");
        RequireHttps(validation, "url", Url);
        if (Url is null)
        {
            validation.AddError("url", "is missing; write the address that events are sent to");
        }
    }
}
