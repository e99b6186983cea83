using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Resources;

namespace Teleport.AccessPlugins.PagerDuty;

/// <summary>Options of an access plugin of type <c>pagerduty</c>.</summary>
public sealed record PagerDutyOptions : AccessPluginOptions
{
    /// <summary>The REST API key.</summary>
    public SecretSource? ApiKey { get; init; }

    /// <summary>The address of a PagerDuty user in whose name incidents are opened.</summary>
    public string UserEmail { get; init; } = "";

    /// <summary>Where the API is.</summary>
    public Uri ApiUrl { get; init; } = new("https://api.pagerduty.com/");

    /// <summary>Keys of request annotations.</summary>
    public PagerDutyAnnotations RequestAnnotations { get; init; } = new();

    /// <summary>Whose shift approves.</summary>
    public PagerDutyOnCall OnCall { get; init; } = new();

    /// <summary>Secrets of the webhook subscription; without one callbacks are refused.</summary>
    public SecretSource? WebhookSecret { get; init; }

    /// <summary>The same before it was changed.</summary>
    public SecretSource? OldWebhookSecret { get; init; }

    public override void Validate(OptionsValidation validation)
    {
        base.Validate(validation);
        RequireSecret(validation, "api_key", ApiKey, "make a REST API key in PagerDuty under Integrations, API Access Keys");
        RequireHttps(validation, "api_url", ApiUrl);
        if (!UserEmail.Contains('@', StringComparison.Ordinal))
        {
            validation.AddError("user_email", "must be the address of a PagerDuty user, in whose name incidents are opened");
        }

        if (OnCall.MaxEscalationLevel < 1)
        {
            validation.AddError("on_call.max_escalation_level", $"is {OnCall.MaxEscalationLevel}; write at least 1");
        }

        if (RequestAnnotations.NotifyService == RequestAnnotations.Services)
        {
            validation.AddError("request_annotations.services", "must differ from notify_service: who is paged and whose shift approves are two things");
        }
    }
}

/// <summary>Keys of request annotations.</summary>
public sealed record PagerDutyAnnotations
{
    /// <summary>Its first value names the service that gets an incident.</summary>
    public string NotifyService { get; init; } = "pagerduty_notify_service";

    /// <summary>Its values name services: who is on call for one of them is approved.</summary>
    public string Services { get; init; } = "pagerduty_services";
}

/// <summary>Whose shift approves.</summary>
public sealed record PagerDutyOnCall
{
    /// <summary>Highest level of an escalation policy that counts. In many teams everybody is on the last one.</summary>
    public int MaxEscalationLevel { get; init; } = 1;

    /// <summary>Names of schedules that count; empty: all.</summary>
    public StringList Schedules { get; init; } = [];

    /// <summary>Roles that a shift approves; a request for others too is left to people. Empty: all.</summary>
    public StringList Roles { get; init; } = [];
}
