using System.Text.Json;
using System.Text.Json.Serialization;
using Teleport.Abstractions.AccessPlugins;

namespace Teleport.Delivery.Requests;

/// <summary>What a plugin keeps of a request: who is told, and what was posted where. On disk; see docs/formats/plugin-data.md.</summary>
internal sealed record DeliveryRecord
{
    public const int CurrentVersion = 1;

    public int V { get; set; } = CurrentVersion;

    /// <summary>The request as last seen: what is shown when it is gone.</summary>
    public AccessRequestView Request { get; set; } = new();

    /// <summary>By the name of the recipient, as in the configuration.</summary>
    public Dictionary<string, TargetRecord> Targets { get; set; } = [];

    /// <summary>The host that works on it; <c>null</c>: none.</summary>
    public string? Holder { get; set; }

    /// <summary>Until when no other host does.</summary>
    public DateTimeOffset? HeldUntil { get; set; }

    /// <summary>Whether it was found out if the requester is on call.</summary>
    public bool OnCallAsked { get; set; }

    public string ToJson() => JsonSerializer.Serialize(this, DeliveryJson.Default.DeliveryRecord);

    /// <summary>Reads an entry; one of a newer version, or that is none, is refused.</summary>
    /// <exception cref="JsonException">It cannot be read.</exception>
    public static DeliveryRecord Parse(string json)
    {
        DeliveryRecord record = JsonSerializer.Deserialize(json, DeliveryJson.Default.DeliveryRecord) ?? throw new JsonException("The entry is null.");
        return record.V is > 0 and <= CurrentVersion
            ? record
            : throw new JsonException($"The entry has version {record.V}, and this host knows {CurrentVersion}: upgrade it.");
    }
}

/// <summary>One recipient of a request.</summary>
internal sealed record TargetRecord
{
    public TargetState State { get; set; }

    /// <summary>The service's id of the recipient; <c>null</c>: not looked up yet.</summary>
    public string? Id { get; set; }

    public bool IsPerson { get; set; }

    /// <summary>Whether it is the requester.</summary>
    public bool IsRequester { get; set; }

    public string? Channel { get; set; }

    public string? Message { get; set; }

    /// <summary>What tokens of its buttons are derived from. Made when the target is, so that a token is good for this message only.</summary>
    public string Salt { get; set; } = "";

    /// <summary>Hash of what is shown.</summary>
    public string? Shown { get; set; }

    /// <summary>Reviews that were told, by id.</summary>
    public List<string> Told { get; set; } = [];

    [JsonIgnore]
    public bool IsDone => State is TargetState.Gone or TargetState.Dead or TargetState.Same;

    public PostedMessage Posted => new(Channel ?? "", Message ?? "");

    public Recipient Recipient => new(Id ?? "") { IsPerson = IsPerson };
}

/// <summary>States of a target. Names are on disk.</summary>
/// <remarks>
/// <code>
/// Planned ──► Sending ──► Posted ──► Gone      Gone: the message was removed; never posted again.
///    │           │
///    └──► Same   └──► Dead                     Same: another name of a recipient that is told already. Dead: refused for good.
/// </code>
/// </remarks>
[JsonConverter(typeof(JsonStringEnumConverter<TargetState>))]
internal enum TargetState
{
    Planned,

    /// <summary>A call is under way, or was when its host died: look before posting.</summary>
    Sending,
    Posted,
    Gone,
    Dead,
    Same,
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    UseStringEnumConverter = true,
    IgnoreReadOnlyProperties = true,
    MaxDepth = 16)]
[JsonSerializable(typeof(DeliveryRecord))]
internal sealed partial class DeliveryJson : JsonSerializerContext;
