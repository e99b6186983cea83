using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Configuration;

namespace Teleport.AccessPlugins.Jira;

/// <summary>Options of an access plugin of type <c>jira</c>.</summary>
public sealed record JiraOptions : AccessPluginOptions
{
    /// <summary>The site, as <c>https://example.atlassian.net</c>.</summary>
    public Uri? Url { get; init; }

    /// <summary>For Cloud: the address of the account that the token is of. Without it the token is a personal access token of Data Center.</summary>
    public string? Username { get; init; }

    /// <summary>The API token, or the personal access token.</summary>
    public SecretSource? ApiToken { get; init; }

    /// <summary>Key of the project.</summary>
    public string Project { get; init; } = "";

    /// <summary>Type of the issues.</summary>
    public string IssueType { get; init; } = "Task";

    /// <summary>Names of the statuses in the project's workflow.</summary>
    public JiraStatuses Statuses { get; init; } = new();

    /// <summary>Further fields of new issues, by their key.</summary>
    public IReadOnlyDictionary<string, string> Fields { get; init; } = new Dictionary<string, string>();

    /// <summary>The secret of the webhook; without it moves of issues decide nothing.</summary>
    public SecretSource? WebhookSecret { get; init; }

    /// <summary>The same before it was changed.</summary>
    public SecretSource? OldWebhookSecret { get; init; }

    public override void Validate(OptionsValidation validation)
    {
        base.Validate(validation);
        RequireSecret(validation, "api_token", ApiToken, "make an API token for the account (Cloud) or a personal access token (Data Center)");
        RequireHttps(validation, "url", Url);
        if (Url is null)
        {
            validation.AddError("url", "is missing; write the address of the Jira site");
        }

        if (Project.Length == 0 || !Project.All(static c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '_'))
        {
            validation.AddError("project", $"\"{Project}\" is no key of a project; write it as in the keys of its issues, as TEL");
        }
    }
}

/// <summary>Names of statuses.</summary>
public sealed record JiraStatuses
{
    public string Pending { get; init; } = "Pending";

    public string Approved { get; init; } = "Approved";

    public string Denied { get; init; } = "Denied";

    public string Expired { get; init; } = "Expired";

    /// <summary>The status of a standing.</summary>
    internal string Of(AccessRequestStanding standing) => standing switch
    {
        AccessRequestStanding.Approved or AccessRequestStanding.Promoted => Approved,
        AccessRequestStanding.Denied => Denied,
        AccessRequestStanding.Expired => Expired,
        _ => Pending,
    };
}
