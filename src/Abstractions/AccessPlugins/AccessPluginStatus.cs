using System.Text.Json.Serialization;

namespace Teleport.Abstractions.AccessPlugins;

/// <summary>How an access plugin fares.</summary>
public sealed record AccessPluginStatus
{
    /// <summary>The instance.</summary>
    public required string Name { get; init; }

    /// <summary>Which plugin it is.</summary>
    public required string Type { get; init; }

    /// <summary>How it is.</summary>
    public required AccessPluginState State { get; init; }

    /// <summary>What is wrong and what to do; <c>null</c>: nothing. No secrets.</summary>
    public string? Detail { get; init; }

    /// <summary>When the service last did what it was asked; <c>null</c>: not yet.</summary>
    public DateTimeOffset? LastSuccess { get; init; }

    /// <summary>When something last failed; <c>null</c>: nothing did.</summary>
    public DateTimeOffset? LastFailure { get; init; }

    /// <summary>How many requests wait to be shown as they are.</summary>
    public int Waiting { get; init; }
}

/// <summary>States of an access plugin.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AccessPluginState>))]
public enum AccessPluginState
{
    /// <summary>It has not been checked yet.</summary>
    [JsonStringEnumMemberName("starting")]
    Starting,

    /// <summary>All is well.</summary>
    [JsonStringEnumMemberName("healthy")]
    Healthy,

    /// <summary>It works, but somebody is not told, or something optional is missing.</summary>
    [JsonStringEnumMemberName("degraded")]
    Degraded,

    /// <summary>The service refuses its credentials.</summary>
    [JsonStringEnumMemberName("unauthorized")]
    Unauthorized,

    /// <summary>It does not work now.</summary>
    [JsonStringEnumMemberName("failing")]
    Failing,
}

/// <summary>What a role that runs access plugins publishes for diagnostics of its process.</summary>
/// <param name="Read">The present state of each plugin.</param>
public sealed record AccessPluginStatusOffer(Func<IReadOnlyList<AccessPluginStatus>> Read);

/// <summary>What a role that runs access plugins publishes for a proxy of its process: a way to hand over callbacks.</summary>
/// <param name="Connect">Opens a connection that speaks HTTP/1.1. Whoever calls disposes it.</param>
public sealed record AccessCallbackOffer(Func<CancellationToken, ValueTask<Stream>> Connect);
