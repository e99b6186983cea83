using Teleport.Abstractions.Resources;

namespace Teleport.Abstractions.AccessPlugins;

/// <summary>What is to be shown of a request to one recipient. Texts are rendered, cut and escaped for the plugin's <see cref="MessageFormat"/>: use them as they are.</summary>
public sealed record AccessMessage
{
    /// <summary>The same for every try to post this message, and for no other: 32 hexadecimal digits. Give it to services that refuse duplicates or can search.</summary>
    public required string Key { get; init; }

    /// <summary>Who is told.</summary>
    public required Recipient Recipient { get; init; }

    /// <summary>The request itself, for services with fields; its texts are not escaped.</summary>
    public required AccessRequestView Request { get; init; }

    /// <summary>One line, without markup and not escaped: for titles, subjects, notifications.</summary>
    public required string Title { get; init; }

    /// <summary>What is asked for.</summary>
    public required string Body { get; init; }

    /// <summary>Where it stands, and who decided why.</summary>
    public required string Status { get; init; }

    /// <summary>The request's page in the web UI; <c>null</c>: no proxy is known, and the body says which commands decide.</summary>
    public Uri? Link { get; init; }

    /// <summary>Buttons to show; empty when nothing can be decided here, or not any more.</summary>
    public IReadOnlyList<ReviewButton> Buttons { get; init; } = [];

    /// <summary>Whether it is for the requester, who has nothing to decide.</summary>
    public bool IsForRequester { get; init; }
}

/// <summary>A button.</summary>
/// <param name="Label">What it says.</param>
/// <param name="Decision">What it means: approved or denied.</param>
/// <param name="Token">To be brought back by the click: at most 100 characters of <c>A-Z a-z 0-9 . _ -</c>. Good for this decision on this message only.</param>
public sealed record ReviewButton(string Label, AccessRequestState Decision, string Token);

/// <summary>What is said of a review.</summary>
/// <param name="Id">The same for every try: for services that refuse duplicates.</param>
/// <param name="Text">Who decided what, when and why; rendered, cut and escaped.</param>
/// <param name="Request">The request with that review.</param>
public sealed record AccessReply(string Id, string Text, AccessRequestView Request);

/// <summary>A message that was posted.</summary>
/// <param name="Channel">Where, by the service's own id; empty where it has none.</param>
/// <param name="Message">Which, by the service's own id.</param>
public sealed record PostedMessage(string Channel, string Message);
