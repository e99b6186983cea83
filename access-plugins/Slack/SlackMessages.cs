using System.Text.Json.Nodes;
using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Resources;

namespace Teleport.AccessPlugins.Slack;

/// <summary>Writes messages in Slack's blocks. Texts arrive escaped; nothing is pasted into JSON.</summary>
internal static class SlackMessages
{
    public const string EventType = "teleport_access_request";
    public const string ActionsBlock = "teleport_review";

    public static JsonObject Post(AccessMessage message) => new()
    {
        ["channel"] = message.Recipient.Id,
        ["text"] = Plain(message),
        ["blocks"] = Blocks(message),
        ["unfurl_links"] = false,
        ["unfurl_media"] = false,
        ["metadata"] = new JsonObject { ["event_type"] = EventType, ["event_payload"] = new JsonObject { ["key"] = message.Key } },
    };

    public static JsonObject Update(PostedMessage posted, AccessMessage message) => new()
    {
        ["channel"] = posted.Channel,
        ["ts"] = posted.Message,
        ["text"] = Plain(message),
        ["blocks"] = Blocks(message),
    };

    public static JsonObject Reply(PostedMessage posted, AccessReply reply) => new()
    {
        ["channel"] = posted.Channel,
        ["thread_ts"] = posted.Message,
        ["text"] = reply.Text,
        ["unfurl_links"] = false,
        ["unfurl_media"] = false,
    };

    public static JsonObject Ephemeral(ReviewClick click, string text) => new()
    {
        ["channel"] = click.Posted.Channel,
        ["user"] = click.Account.UserId,
        ["text"] = text,
    };

    private static JsonArray Blocks(AccessMessage message)
    {
        var blocks = new JsonArray(
            new JsonObject { ["type"] = "header", ["text"] = new JsonObject { ["type"] = "plain_text", ["text"] = message.Title, ["emoji"] = false } },
            Section(message.Body));
        if (message.Status.Length > 0)
        {
            blocks.Add(Section(message.Status));
        }

        if (message.Buttons.Count > 0)
        {
            blocks.Add(new JsonObject
            {
                ["type"] = "actions",
                ["block_id"] = ActionsBlock,
                ["elements"] = new JsonArray([.. message.Buttons.Select(Button)]),
            });
        }

        return blocks;
    }

    // verbatim: Slack itself makes no links or mentions of what people wrote.
    private static JsonObject Section(string text) => new()
    {
        ["type"] = "section",
        ["text"] = new JsonObject { ["type"] = "mrkdwn", ["text"] = text, ["verbatim"] = true },
    };

    private static JsonObject Button(ReviewButton button)
    {
        bool approves = button.Decision == AccessRequestState.Approved;
        return new JsonObject
        {
            ["type"] = "button",
            ["action_id"] = approves ? "approve" : "deny",
            ["style"] = approves ? "primary" : "danger",
            ["text"] = new JsonObject { ["type"] = "plain_text", ["text"] = button.Label },
            ["value"] = button.Token,
            ["accessibility_label"] = $"{button.Label} this access request",
        };
    }

    // Shown by notifications and read by screen readers.
    private static string Plain(AccessMessage message) =>
        $"{message.Title.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal)}: {message.Request.Standing}";
}
