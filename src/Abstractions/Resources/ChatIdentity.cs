using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Teleport.Abstractions.Errors;

namespace Teleport.Abstractions.Resources;

/// <summary>The proof that an account of a chat service belongs to a user. One account belongs to one user, and one user has one account of a tenant.</summary>
public sealed record ChatIdentity : Resource
{
    /// <inheritdoc/>
    [JsonPropertyOrder(-10)]
    public override string Kind { get; set; } = ResourceKinds.ChatIdentity;

    /// <inheritdoc/>
    [JsonPropertyOrder(-8)]
    public override string Version { get; set; } = "v1";

    /// <summary>Account and user. <c>metadata.name</c> follows from the account and may be left out on a write.</summary>
    public ChatIdentitySpec Spec { get; set; } = new();

    /// <summary>The name of the resource for an account.</summary>
    public static string NameOf(string provider, string tenant, string userId)
    {
        ArgumentNullException.ThrowIfNull(provider);
        // A hash: ids of services may have any characters, and no two accounts may share a name.
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{provider}\0{tenant}\0{userId}"));
        return $"{provider}-{Convert.ToHexStringLower(hash.AsSpan(0, 16))}";
    }

    /// <inheritdoc/>
    public override void Validate()
    {
        foreach ((string field, string value, bool optional) in new[]
        {
            ("provider", Spec.Provider, false), ("tenant", Spec.Tenant, true), ("user_id", Spec.UserId, false), ("user", Spec.User, false),
        })
        {
            if ((value.Length == 0 && !optional) || value.Length > ResourceMetadata.MaxNameLength || value.Any(char.IsControl))
            {
                throw TeleportException.Invalid($"spec.{field} of chat_identity must have 1 to {ResourceMetadata.MaxNameLength} characters.");
            }
        }

        if (!Spec.Provider.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_'))
        {
            throw TeleportException.Invalid($"spec.provider of chat_identity is \"{Spec.Provider}\": lower-case letters and digits, as slack.");
        }

        base.Validate();
    }
}

/// <summary>Account and user.</summary>
public sealed record ChatIdentitySpec
{
    /// <summary>The service, as <c>slack</c>.</summary>
    public string Provider { get; set; } = "";

    /// <summary>Workspace, team or site of the service; empty where it has none.</summary>
    public string Tenant { get; set; } = "";

    /// <summary>The service's stable id of the account; never a display name.</summary>
    public string UserId { get; set; } = "";

    /// <summary>How the account was called when it was linked; for people.</summary>
    public string? DisplayName { get; set; }

    /// <summary>The user.</summary>
    public string User { get; set; } = "";

    /// <summary>When it was linked.</summary>
    public DateTimeOffset? Created { get; set; }

    /// <summary>Who linked it: the user, or an administrator.</summary>
    public string? LinkedBy { get; set; }
}
