using System.Text.Json.Serialization;
using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Plugins;
using Teleport.Hosting.Plugins;
using Teleport.Hosting.Supervision;

namespace Teleport.Hosting.Diagnostics;

/// <summary>What <c>/readyz</c> says.</summary>
internal sealed record ReadinessReport(string Status, IReadOnlyList<RoleReadiness> Roles, IReadOnlyList<PluginReadiness> Plugins)
{
    /// <summary>The access plugins that run here. Their trouble is shown and does not make the host unready: the other services serve.</summary>
    public IReadOnlyList<AccessPluginStatus>? AccessPlugins { get; init; }

    [JsonIgnore]
    public bool IsReady => Status == "ok";

    /// <summary>Ready is who has every enabled role ready; what is broken and not enabled is shown and does no harm.</summary>
    public static ReadinessReport Of(RoleBoard board, PluginCatalog catalog, IRendezvous rendezvous)
    {
        IReadOnlyList<RoleStatus> roles = board.Snapshot;
        return new ReadinessReport(
            roles.All(static r => r.State == RoleState.Ready) ? "ok" : "unavailable",
            [.. roles.Select(static r => new RoleReadiness(r.Name, r.Plugin, NameOf(r.State), r.Detail, r.Since, r.Failures))],
            [
                .. catalog.Plugins.Select(static p => new PluginReadiness(
                    p.Manifest.Id, p.Manifest.Version, p.Failure is not null ? "failed" : p.IsLoaded ? "loaded" : "installed", p.Failure)),
                .. catalog.Broken.Select(static b => new PluginReadiness(Path.GetFileName(b.Folder), null, "broken", b.Reason)),
            ])
        {
            AccessPlugins = rendezvous.Find<AccessPluginStatusOffer>()?.Read(),
        };
    }

    private static string NameOf(RoleState state) => state.ToString().ToLowerInvariant();
}

/// <summary>How a role fares.</summary>
internal sealed record RoleReadiness(string Name, string Plugin, string State, string? Detail, DateTimeOffset Since, int Failures);

/// <summary>Whether a plugin can be used.</summary>
internal sealed record PluginReadiness(string Name, string? Version, string State, string? Detail);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(ReadinessReport))]
internal sealed partial class ReadinessJson : JsonSerializerContext;
