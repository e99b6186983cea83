using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Resources;

namespace Teleport.Abstractions.AccessPlugins;

/// <summary>Options that every access plugin has; a plugin's own come on top, in the same section <c>access_service.plugins.NAME</c>.</summary>
public abstract record AccessPluginOptions : IPluginOptions
{
    private static readonly string[] Parts = ["title", "body", "resolution", "review", "requester"];

    /// <summary>Which plugin it is, as <c>slack</c>; <c>null</c>: the one that is called as the section. Two sections may have one type.</summary>
    public string? Type { get; init; }

    /// <summary>Who is told, by role asked for; <c>*</c>: for all roles that have no line of their own.</summary>
    public IReadOnlyDictionary<string, StringList> RoleToRecipients { get; init; } = new Dictionary<string, StringList>();

    /// <summary>What the requester is told, privately, where the service can reach that person.</summary>
    public NotifyRequester NotifyRequester { get; init; } = NotifyRequester.Resolution;

    /// <summary>Files with message templates, by part: <c>title</c>, <c>body</c>, <c>resolution</c>, <c>review</c>, <c>requester</c>.</summary>
    public IReadOnlyDictionary<string, string> Templates { get; init; } = new Dictionary<string, string>();

    /// <inheritdoc/>
    public virtual void Validate(OptionsValidation validation)
    {
        ArgumentNullException.ThrowIfNull(validation);
        foreach (string part in Templates.Keys.Except(Parts))
        {
            validation.AddError($"templates.{part}", $"is no part of a message; write one of {string.Join(", ", Parts)}");
        }

        foreach ((string role, StringList recipients) in RoleToRecipients)
        {
            if (recipients.Count == 0)
            {
                validation.AddError($"role_to_recipients.{role}", "names nobody; list recipients, or remove the line");
            }
        }
    }

    /// <summary>Reports a URL of the service that is not safe to send secrets to.</summary>
    protected static void RequireHttps(OptionsValidation validation, string key, Uri? url)
    {
        ArgumentNullException.ThrowIfNull(validation);
        if (url is not null && url.Scheme != "https" && !(url.Scheme == "http" && url.IsLoopback))
        {
            validation.AddError(key, "must begin with https://; http:// is accepted for this host only");
        }
    }

    /// <summary>Reports a secret that is missing.</summary>
    protected static void RequireSecret(OptionsValidation validation, string key, SecretSource? source, string advice)
    {
        ArgumentNullException.ThrowIfNull(validation);
        if (source is null)
        {
            validation.AddError(key, $"is missing; {advice}. Write {key}_file: PATH, or {key}: {{env: NAME}}");
        }
    }
}

/// <summary>What a requester is told.</summary>
public enum NotifyRequester
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The decision.</summary>
    Resolution,

    /// <summary>That the request is on its way, and the decision.</summary>
    All,
}
