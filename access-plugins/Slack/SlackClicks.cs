using System.Text;
using System.Text.Json;
using Teleport.Abstractions.AccessPlugins;

namespace Teleport.AccessPlugins.Slack;

/// <summary>Reads what a click sends, over HTTP and over a socket alike.</summary>
internal static class SlackClicks
{
    private const int MaxIdLength = 64;

    /// <summary>The <c>payload</c> of a form.</summary>
    /// <exception cref="JsonException">There is none, or it is no JSON.</exception>
    public static Interaction ReadForm(ReadOnlySpan<byte> form)
    {
        foreach (string field in Encoding.UTF8.GetString(form).Split('&'))
        {
            if (field.StartsWith("payload=", StringComparison.Ordinal))
            {
                string json = Uri.UnescapeDataString(field["payload=".Length..].Replace('+', ' '));
                return JsonSerializer.Deserialize(json, SlackJson.Default.Interaction) ?? throw new JsonException("The payload is null.");
            }
        }

        throw new JsonException("The form has no payload.");
    }

    /// <summary>The click, if it is one on a button of ours; else <c>null</c>.</summary>
    public static ReviewClick? Of(Interaction interaction)
    {
        if (interaction is not { Type: "block_actions", User: { Id: { } user } who, Actions: [{ BlockId: SlackMessages.ActionsBlock, Value: { Length: > 0 } token, ActionTs: { } time }] })
        {
            return null;
        }

        string? channel = interaction.Container?.ChannelId ?? interaction.Channel?.Id;
        string? message = interaction.Container?.MessageTs;
        string? tenant = who.TeamId ?? interaction.Team?.Id;
        if (channel is null || message is null || tenant is null || new[] { user, time, channel, message, tenant }.Any(static id => id.Length is 0 or > MaxIdLength))
        {
            return null;
        }

        return new ReviewClick
        {
            Id = $"{tenant}:{user}:{time}:{message}",
            Account = new ClickAccount(tenant, user) { DisplayName = who.Username ?? "" },
            Token = token,
            Posted = new PostedMessage(channel, message),
        };
    }
}
