using System.Text.Json;
using System.Text.Json.Nodes;
using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Errors;

namespace Teleport.Agent.Spooling;

/// <summary>Makes events fit into the size that every sink takes: the longest texts and lists are cut, so that the event is kept, if not all of it.</summary>
internal static class EventTrimmer
{
    /// <summary>Ends a text that was cut.</summary>
    public const string Mark = "...[cut]";

    // The auth service adds the host and the cluster.
    private const int MaxBytes = AuditRecord.MaxBytes - 2048;
    private const int ShortestCut = 64;
    private const int MaxRounds = 200;

    /// <summary>The event itself if it fits, else a copy with less in it.</summary>
    /// <exception cref="TeleportException">Code <c>limit</c>: it has too many fields.</exception>
    public static ReadOnlyMemory<byte> Fit(ReadOnlyMemory<byte> json)
    {
        if (json.Length <= MaxBytes)
        {
            return json;
        }

        JsonNode root = JsonNode.Parse(json.Span) ?? throw TeleportException.Invalid("An audit event is null.");
        for (int round = 0; round < MaxRounds; round++)
        {
            if (!CutLargest(root))
            {
                break;
            }

            byte[] smaller = JsonSerializer.SerializeToUtf8Bytes(root);
            if (smaller.Length <= MaxBytes)
            {
                return smaller;
            }
        }

        throw TeleportException.Limit($"An audit event has {json.Length} bytes, and what it has so much of cannot be cut; the limit is {MaxBytes}.");
    }

    private static bool CutLargest(JsonNode root)
    {
        JsonNode? largest = null;
        int size = ShortestCut;
        foreach (JsonNode node in Descendants(root))
        {
            int own = node switch
            {
                JsonArray list => list.Count,
                JsonValue value when value.TryGetValue(out string? text) => text.Length,
                _ => 0,
            };
            if (own > size)
            {
                (largest, size) = (node, own);
            }
        }

        switch (largest)
        {
            case JsonArray list:
                list.RemoveRange(size / 2, size - (size / 2));
                return true;
            case JsonValue value:
                string whole = value.GetValue<string>();
                int half = char.IsHighSurrogate(whole[(size / 2) - 1]) ? (size / 2) - 1 : size / 2;
                value.ReplaceWith(JsonValue.Create((whole.EndsWith(Mark, StringComparison.Ordinal) ? whole[..(half - Mark.Length)] : whole[..half]) + Mark));
                return true;
            default:
                return false;
        }
    }

    private static IEnumerable<JsonNode> Descendants(JsonNode node)
    {
        IEnumerable<JsonNode?> children = node switch
        {
            JsonObject fields => fields.Select(static field => field.Value),
            JsonArray list => list,
            _ => [],
        };
        return children.OfType<JsonNode>().SelectMany(static child => Descendants(child).Prepend(child));
    }
}
