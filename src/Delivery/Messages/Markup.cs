using System.Net;
using System.Text;
using Teleport.Abstractions.AccessPlugins;

namespace Teleport.Delivery.Messages;

/// <summary>Writes text for a markup: escapes what people wrote, and dresses what templates say.</summary>
internal static class Markup
{
    // An invisible character that keeps a sign from meaning anything, where a markup has no escape.
    private const char Joiner = '\u2060';

    public static string Escape(TextMarkup markup, string text) => markup switch
    {
        TextMarkup.Slack => Slack(text),
        TextMarkup.Markdown => Markdown(text),
        TextMarkup.Html => WebUtility.HtmlEncode(text),
        TextMarkup.Jira => Jira(text),
        _ => text,
    };

    public static string Bold(TextMarkup markup, string text) => markup switch
    {
        TextMarkup.Slack or TextMarkup.Jira => $"*{text}*",
        TextMarkup.Markdown => $"**{text}**",
        TextMarkup.Html => $"<b>{text}</b>",
        _ => text,
    };

    /// <summary>Text of several lines, set apart line by line, so that none of them can pass for one of ours.</summary>
    public static string Quote(TextMarkup markup, string escaped)
    {
        string[] lines = escaped.Split('\n');
        return markup switch
        {
            TextMarkup.Html => $"<blockquote>{string.Join('\n', lines)}</blockquote>",
            TextMarkup.Jira => string.Join('\n', lines.Select(static line => $"bq. {line}")),
            _ => string.Join('\n', lines.Select(static line => $"> {line}")),
        };
    }

    public static string Link(TextMarkup markup, string label, string url) => markup switch
    {
        TextMarkup.Slack => $"<{url}|{label}>",
        TextMarkup.Markdown => $"[{label}]({url})",
        TextMarkup.Html => $"<a href=\"{WebUtility.HtmlEncode(url)}\">{label}</a>",
        TextMarkup.Jira => $"[{label}|{url}]",
        _ => $"{label}: {url}",
    };

    /// <summary>Line ends as the markup shows them.</summary>
    public static string Finish(TextMarkup markup, string text) => markup == TextMarkup.Html ? text.Replace("\n", "<br>\n", StringComparison.Ordinal) : text;

    private static string Slack(string text)
    {
        var escaped = new StringBuilder(text.Length + 16);
        foreach (char c in text)
        {
            _ = c switch
            {
                '&' => escaped.Append("&amp;"),
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '*' or '~' or '`' => escaped.Append(Joiner).Append(c).Append(Joiner),
                _ => escaped.Append(c),
            };
        }

        return escaped.ToString();
    }

    // Backslashes, so that nothing is lost; an @ or / is followed by the joiner: services look for mentions and commands apart from the markup.
    private static string Markdown(string text)
    {
        var escaped = new StringBuilder(text.Length + 16);
        bool lineStart = true;
        foreach (char c in text)
        {
            if (c is '\\' or '`' or '*' or '_' or '{' or '}' or '[' or ']' or '(' or ')' or '#' or '+' or '!' or '|' or '<' or '>' or '~' or '^' or '$' || (lineStart && c is '-' or '='))
            {
                escaped.Append('\\').Append(c);
            }
            else if (c is '@' or ':' || (lineStart && c == '/'))
            {
                // ":" too: it begins emoji, and splits "https://", so that no link is made of a text.
                escaped.Append(lineStart && c == '/' ? $"{Joiner}{c}" : $"{c}{Joiner}");
            }
            else
            {
                escaped.Append(c);
            }

            lineStart = c == '\n' || (lineStart && c is ' ' or '\t');
        }

        return escaped.ToString();
    }

    private static string Jira(string text)
    {
        var escaped = new StringBuilder(text.Length + 16);
        foreach (char c in text)
        {
            if (c is '{' or '}' or '[' or ']' or '!' or '*' or '_' or '?' or '-' or '+' or '^' or '~' or '|' or '#' or '\\')
            {
                escaped.Append('\\').Append(c);
            }
            else if (c is '@' or ':')
            {
                escaped.Append(c).Append(Joiner);
            }
            else
            {
                escaped.Append(c);
            }
        }

        return escaped.ToString();
    }
}
