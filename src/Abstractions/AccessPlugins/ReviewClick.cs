using Teleport.Abstractions.Resources;

namespace Teleport.Abstractions.AccessPlugins;

/// <summary>Somebody decided in the service. No authority by itself: the auth service finds out who it was and whether that person may.</summary>
public sealed record ReviewClick
{
    /// <summary>Id of the click: the same when it arrives again.</summary>
    public required string Id { get; init; }

    /// <summary>Who clicked.</summary>
    public required ClickAccount Account { get; init; }

    /// <summary>What the button brought back; for <see cref="ClickProof.Message"/>: the request's id.</summary>
    public required string Token { get; init; }

    /// <summary>For <see cref="ClickProof.Message"/>: what was decided. A token says it itself.</summary>
    public AccessRequestState Decision { get; init; }

    /// <summary>Where it was clicked.</summary>
    public required PostedMessage Posted { get; init; }

    /// <summary>Why; <c>null</c>: nothing was said.</summary>
    public string? Reason { get; init; }

    /// <summary>Whether the proof that the service sent it is weak, as a secret in plain text: then a second factor is asked for.</summary>
    public bool IsWeak { get; init; }

    /// <summary>What the plugin needs to answer this person; a secret, kept in memory only.</summary>
    public string? ReplyTo { get; init; }
}

/// <summary>An account of the service, as the service itself says.</summary>
/// <param name="Tenant">Workspace, team or site; empty where the service has none.</param>
/// <param name="UserId">The service's stable id; never a name.</param>
public sealed record ClickAccount(string Tenant, string UserId)
{
    /// <summary>For people only; decides nothing.</summary>
    public string DisplayName { get; init; } = "";

    /// <summary>The address, if the service says that it is confirmed; else <c>null</c>.</summary>
    public string? ConfirmedEmail { get; init; }

    /// <summary>Whether it is a member in full: no guest, stranger or bot, not deactivated, not of another workspace. Unknown means no.</summary>
    public bool IsFullMember { get; init; }
}
