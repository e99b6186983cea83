using System.Text.Json.Serialization;
using Teleport.Abstractions.Errors;

namespace Teleport.Abstractions.Resources;

/// <summary>Who is told of which access requests, before what plugins themselves say.</summary>
public sealed record AccessMonitoringRule : Resource
{
    /// <inheritdoc/>
    [JsonPropertyOrder(-10)]
    public override string Kind { get; set; } = ResourceKinds.AccessMonitoringRule;

    /// <inheritdoc/>
    [JsonPropertyOrder(-8)]
    public override string Version { get; set; } = "v1";

    /// <summary>Condition and recipients.</summary>
    public AccessMonitoringRuleSpec Spec { get; set; } = new();

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        if (Spec.Subjects is not ["access_request"])
        {
            throw TeleportException.Invalid($"spec.subjects of access_monitoring_rule \"{Metadata.Name}\" must be [access_request].");
        }

        if (Spec.Notification is not { Name.Length: > 0, Recipients.Count: > 0 })
        {
            throw TeleportException.Invalid(
                $"spec.notification of access_monitoring_rule \"{Metadata.Name}\" must have name (the plugin) and recipients.");
        }
    }
}

/// <summary>Condition and recipients.</summary>
public sealed record AccessMonitoringRuleSpec
{
    /// <summary>What it is about: <c>access_request</c>.</summary>
    public StringList Subjects { get; set; } = [];

    /// <summary>A predicate over <c>access_request.spec</c> and <c>user.traits</c>.</summary>
    public string Condition { get; set; } = "";

    /// <summary>Who is told.</summary>
    public AccessNotification? Notification { get; set; }
}

/// <summary>Who is told, by which plugin.</summary>
public sealed record AccessNotification
{
    /// <summary>The plugin.</summary>
    public string Name { get; set; } = "";

    /// <summary>Recipients as the plugin knows them.</summary>
    public StringList Recipients { get; set; } = [];
}
