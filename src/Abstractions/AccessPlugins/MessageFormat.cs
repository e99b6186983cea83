namespace Teleport.Abstractions.AccessPlugins;

/// <summary>How texts are written for a service. Lengths are in UTF-16 code units; texts are cut between characters, before they are escaped.</summary>
public sealed record MessageFormat
{
    /// <summary>The markup that texts are escaped for.</summary>
    public required TextMarkup Markup { get; init; }

    /// <summary>Longest title.</summary>
    public int MaxTitle { get; init; } = 150;

    /// <summary>Longest body, and longest status.</summary>
    public int MaxBody { get; init; } = 3000;

    /// <summary>Longest reply.</summary>
    public int MaxReply { get; init; } = 3000;

    /// <summary>How long after a message the next may follow in one channel; <c>null</c>: no limit.</summary>
    public TimeSpan? ChannelPeriod { get; init; }

    /// <summary>How many may come at once after a quiet time.</summary>
    public int ChannelBurst { get; init; } = 4;
}

/// <summary>Markups.</summary>
public enum TextMarkup
{
    /// <summary>None: text is text.</summary>
    Plain,

    /// <summary>Slack's <c>mrkdwn</c>.</summary>
    Slack,

    /// <summary>Markdown as Mattermost, Discord and GitLab understand it, without HTML.</summary>
    Markdown,

    /// <summary>HTML.</summary>
    Html,

    /// <summary>Jira's wiki markup.</summary>
    Jira,
}
