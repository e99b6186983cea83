namespace Teleport.Abstractions.AccessPlugins;

/// <summary>An access request as plugins see it. Texts come from people: escape them. Lists are cut; the counts are of all.</summary>
public sealed record AccessRequestView
{
    /// <summary>The request's id, a UUID.</summary>
    public string Id { get; set; } = "";

    /// <summary>Who asks.</summary>
    public string User { get; set; } = "";

    /// <summary>The first of the roles asked for.</summary>
    public IReadOnlyList<string> Roles { get; set; } = [];

    /// <summary>How many roles are asked for.</summary>
    public int RoleCount { get; set; }

    /// <summary>The first of the resources asked for, by the names that the plugin's role may see, else by id.</summary>
    public IReadOnlyList<string> Resources { get; set; } = [];

    /// <summary>How many resources are asked for; 0: the request is for the roles themselves.</summary>
    public int ResourceCount { get; set; }

    /// <summary>Why, in the requester's words; may have several lines.</summary>
    public string Reason { get; set; } = "";

    /// <summary>When it was made.</summary>
    public DateTimeOffset Created { get; set; }

    /// <summary>When the access ends, if it is given.</summary>
    public DateTimeOffset AccessExpires { get; set; }

    /// <summary>When the access begins; <c>null</c>: at once.</summary>
    public DateTimeOffset? AccessBegins { get; set; }

    /// <summary>Until when it can be decided; <c>null</c>: not known.</summary>
    public DateTimeOffset? DecideBefore { get; set; }

    /// <summary>Whom the requester wants to be told.</summary>
    public IReadOnlyList<string> SuggestedReviewers { get; set; } = [];

    /// <summary>Annotations from the requester's roles, computed by the auth service.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Annotations { get; set; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Where it stands.</summary>
    public AccessRequestStanding Standing { get; set; }

    /// <summary>Why it was decided so.</summary>
    public string ResolveReason { get; set; } = "";

    /// <summary>The reviews so far, in order.</summary>
    public IReadOnlyList<AccessReviewView> Reviews { get; set; } = [];

    /// <summary>Whether nothing can be decided any more.</summary>
    public bool IsDecided => Standing != AccessRequestStanding.Pending;
}

/// <summary>Where a request stands. Names are in plugin data and in payloads.</summary>
public enum AccessRequestStanding
{
    /// <summary>Waits for reviews.</summary>
    Pending,

    /// <summary>The access is given.</summary>
    Approved,

    /// <summary>Refused.</summary>
    Denied,

    /// <summary>Made permanent.</summary>
    Promoted,

    /// <summary>Went away undecided.</summary>
    Expired,
}

/// <summary>A review as plugins see it.</summary>
public sealed record AccessReviewView
{
    /// <summary>Author and time: one review.</summary>
    public string Id { get; set; } = "";

    /// <summary>Whose it is.</summary>
    public string Author { get; set; } = "";

    /// <summary>Whether it approves; else it denies.</summary>
    public bool Approves { get; set; }

    /// <summary>Why.</summary>
    public string Reason { get; set; } = "";

    /// <summary>When it arrived.</summary>
    public DateTimeOffset Created { get; set; }

    /// <summary>By which means it came, as <c>web</c> or a plugin's name.</summary>
    public string Via { get; set; } = "";
}
