using System.Text.Json.Serialization;

namespace Teleport.Abstractions.Audit;

/// <summary>A fact worth keeping, with a stable code. The names of the JSON fields are an interface: rules of others match on them.</summary>
public abstract record AuditEvent
{
    /// <summary>The type, as <c>user.login</c>.</summary>
    [JsonPropertyName("event"), JsonPropertyOrder(-9)]
    public string Event => EventType;

    /// <summary>The code, as <c>T1000I</c>; never used for anything else.</summary>
    [JsonPropertyName("code"), JsonPropertyOrder(-8)]
    public string Code => EventCode;

    /// <summary>When; set by the auth service where the default stands.</summary>
    [JsonPropertyName("time"), JsonPropertyOrder(-7)]
    public DateTimeOffset Time { get; init; }

    /// <summary>A UUID; set by the auth service where empty.</summary>
    [JsonPropertyName("uid"), JsonPropertyOrder(-6)]
    public string Uid { get; init; } = "";

    /// <summary>Place within a session, from 0; 0 for the rest.</summary>
    [JsonPropertyName("ei"), JsonPropertyOrder(-5)]
    public long Index { get; init; }

    /// <summary>The cluster; set by the auth service.</summary>
    [JsonPropertyName("cluster_name"), JsonPropertyOrder(-4)]
    public string ClusterName { get; init; } = "";

    /// <summary>The type; a constant of the record.</summary>
    protected abstract string EventType { get; }

    /// <summary>The code; a constant of the record, or chosen by its outcome.</summary>
    protected abstract string EventCode { get; }
}
