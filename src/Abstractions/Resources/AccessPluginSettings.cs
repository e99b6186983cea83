using System.Text.Json.Serialization;
using Teleport.Abstractions.Errors;

namespace Teleport.Abstractions.Resources;

/// <summary>What the cluster lets an access plugin do. Without it a plugin informs, and no click in chat reviews anything.</summary>
public sealed record AccessPluginSettings : Resource
{
    /// <summary>Begins the name of the user that a plugin acts as.</summary>
    public const string UserPrefix = "access-plugin-";

    /// <inheritdoc/>
    [JsonPropertyOrder(-10)]
    public override string Kind { get; set; } = ResourceKinds.AccessPlugin;

    /// <inheritdoc/>
    [JsonPropertyOrder(-8)]
    public override string Version { get; set; } = "v1";

    /// <summary>The settings. <c>metadata.name</c> is the plugin's instance, as <c>slack</c>.</summary>
    public AccessPluginSpec Spec { get; set; } = new();

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        foreach (string source in Spec.IdentitySources)
        {
            if (source is not ("linked" or "trait" or "map" or "email"))
            {
                throw TeleportException.Invalid($"spec.identity_sources of access_plugin has \"{source}\": use linked, trait, map or email.");
            }
        }

        if (Spec.IdentitySources.Contains("email") && Spec.EmailDomains.Count == 0)
        {
            throw TeleportException.Invalid("spec.email_domains of access_plugin must list the domains whose addresses are believed when identity_sources has email.");
        }

        if (Spec.IdentitySources.Contains("trait") && string.IsNullOrEmpty(Spec.Trait))
        {
            throw TeleportException.Invalid("spec.trait of access_plugin must name a trait when identity_sources has trait.");
        }
    }
}

/// <summary>What the cluster lets an access plugin do.</summary>
public sealed record AccessPluginSpec
{
    /// <summary>The service it speaks with, as <c>slack</c>; chat identities of this provider are looked up.</summary>
    public string Provider { get; set; } = "";

    /// <summary>Workspaces, teams or sites whose accounts are believed; empty: only accounts without one.</summary>
    public StringList Tenants { get; set; } = [];

    /// <summary>Whether reviews by people through this plugin are accepted.</summary>
    public bool Reviews { get; set; }

    /// <summary>The kill switch: while set, no review of any kind comes in through this plugin.</summary>
    public bool ReviewsDisabled { get; set; }

    /// <summary>How accounts become users, in order: <c>linked</c>, <c>trait</c>, <c>map</c>, <c>email</c>. The first that yields exactly one user wins.</summary>
    public StringList IdentitySources { get; set; } = ["linked"];

    /// <summary>The trait that holds account ids, for the source <c>trait</c>.</summary>
    public string? Trait { get; set; }

    /// <summary>Account id to user, for the source <c>map</c>.</summary>
    public IReadOnlyDictionary<string, string>? Identities { get; set; }

    /// <summary>Domains whose confirmed addresses are user names, for the source <c>email</c>.</summary>
    public StringList EmailDomains { get; set; } = [];

    /// <summary>Why the plugin's user may hold more rights than plugins need; <c>null</c>: it may not, and gets no certificate.</summary>
    public string? AllowExcessPrivileges { get; set; }
}
