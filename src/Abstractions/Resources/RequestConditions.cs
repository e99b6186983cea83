namespace Teleport.Abstractions.Resources;

/// <summary>What holders of a role may ask for (allow), or never (deny). Thresholds, suggestions, durations and reasons stand in allow only.</summary>
public sealed record RequestConditions
{
    /// <summary>Names of roles, globs or <c>^regex$</c>.</summary>
    public StringList? Roles { get; set; }

    /// <summary>More roles, from the requester's traits.</summary>
    public IReadOnlyList<ClaimToRoles>? ClaimsToRoles { get; set; }

    /// <summary>Roles that requests of single resources search with, and grant.</summary>
    public StringList? SearchAsRoles { get; set; }

    /// <summary>Annotations put on requests; templates are expanded. In deny: values that are taken away.</summary>
    public IReadOnlyDictionary<string, StringList>? Annotations { get; set; }

    /// <summary>How many must agree; none: one approval, one denial.</summary>
    public IReadOnlyList<AccessThreshold>? Thresholds { get; set; }

    /// <summary>Whom to tell; no permission.</summary>
    public StringList? SuggestedReviewers { get; set; }

    /// <summary>Longest access of an approved request, as <c>12h</c>, at most 14 days; may exceed <c>max_session_ttl</c>.</summary>
    public string? MaxDuration { get; set; }

    /// <summary>Whether a reason is needed.</summary>
    public RequestReasonConditions? Reason { get; set; }
}

/// <summary>Whether requests need a reason.</summary>
public sealed record RequestReasonConditions
{
    /// <summary><c>required</c> or <c>optional</c>.</summary>
    public string? Mode { get; set; }

    /// <summary>What the requester is asked.</summary>
    public string? Prompt { get; set; }
}

/// <summary>A row that turns values of a trait or claim into roles.</summary>
public sealed record ClaimToRoles
{
    /// <summary>Name of the trait or claim.</summary>
    public string Claim { get; set; } = "";

    /// <summary>Which of its values: literal, glob or <c>^regex$</c> with groups.</summary>
    public string Value { get; set; } = "";

    /// <summary>The roles; <c>$1</c> stands for a group of the expression.</summary>
    public StringList Roles { get; set; } = [];
}

/// <summary>What holders of a role may review (allow), or never (deny).</summary>
public sealed record ReviewConditions
{
    /// <summary>Names of roles, globs or <c>^regex$</c>: requests for these may be reviewed.</summary>
    public StringList? Roles { get; set; }

    /// <summary>More roles, from the reviewer's traits.</summary>
    public IReadOnlyList<ClaimToRoles>? ClaimsToRoles { get; set; }

    /// <summary>A predicate over reviewer and request that must hold too.</summary>
    public string? Where { get; set; }

    /// <summary>Roles with which names of requested resources are looked up for the reviewer.</summary>
    public StringList? PreviewAsRoles { get; set; }

    /// <summary>For access plugins: users on whose behalf reviews may be sent in. Names, globs or <c>^regex$</c>.</summary>
    public StringList? SubmitForUsers { get; set; }

    /// <summary>In allow: what a click in chat may do: <c>off</c>, <c>deny_only</c>, <c>allow</c> or <c>mfa</c> (confirm with a second factor). The strictest counts.</summary>
    public string? Chat { get; set; }
}
