using System.Text.Json.Nodes;

namespace Teleport.AccessPlugins.Tests.Fakes;

/// <summary>What Slack accepts as blocks.</summary>
internal static class SlackRules
{
    /// <summary>What is wrong with them; <c>null</c>: nothing.</summary>
    public static string? ProblemOf(JsonArray blocks)
    {
        if (blocks.Count > 50)
        {
            return "more than 50 blocks";
        }

        foreach (JsonNode? block in blocks)
        {
            string? text = block!["text"]?["text"]?.ToString();
            string? problem = block["type"]!.ToString() switch
            {
                "header" when text is null or { Length: 0 or > 150 } => "a header of no or more than 150 characters",
                "header" when block["text"]!["type"]!.ToString() != "plain_text" => "a header that is no plain text",
                "section" when text is null or { Length: 0 or > 3000 } => "a section of no or more than 3000 characters",
                "actions" when block["elements"]!.AsArray().Any(static e => e!["value"]!.ToString().Length > 2000 || e["text"]!["text"]!.ToString().Length > 75) => "a button that is too long",
                "header" or "section" or "actions" or "context" or "divider" => null,
                var other => $"an unknown block {other}",
            };
            if (problem is not null)
            {
                return problem;
            }

            if (text is not null && block["text"]!["type"]!.ToString() == "mrkdwn" && (text.Contains("<!", StringComparison.Ordinal) || text.Contains("<@", StringComparison.Ordinal)))
            {
                return "a mention";
            }
        }

        return null;
    }
}
