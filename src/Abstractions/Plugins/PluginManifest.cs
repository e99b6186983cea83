using System.Text.Json;
using System.Text.Json.Serialization;

namespace Teleport.Abstractions.Plugins;

/// <summary>What the file <c>plugin.json</c> beside a plugin's assembly says. The build writes it, so that a host knows what a plugin provides without loading it.</summary>
public sealed record PluginManifest
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "plugin.json";

    /// <summary>Name of the plugin, unique in an installation: the name of its assembly.</summary>
    public required string Id { get; init; }

    /// <summary>The plugin's version, as <c>1.2.0</c>.</summary>
    public required string Version { get; init; }

    /// <summary>The version of <c>Teleport.Abstractions</c> that it was built for, as <c>1.0.0</c>.</summary>
    public required string AbstractionsVersion { get; init; }

    /// <summary>File name of its assembly, without folder.</summary>
    public required string Assembly { get; init; }

    /// <summary>Full name of the type that implements <see cref="IPlugin"/>.</summary>
    public required string EntryType { get; init; }

    /// <summary>What it provides, ordered by kind and name.</summary>
    public required IReadOnlyList<PluginPart> Provides { get; init; }

    /// <summary>The version of <c>Teleport.Abstractions</c> that this process uses.</summary>
    public static Version PresentAbstractions => typeof(IPlugin).Assembly.GetName().Version ?? new Version(0, 0, 0);

    /// <summary>Asks a plugin what it provides.</summary>
    public static IReadOnlyList<PluginPart> Describe(IPlugin plugin)
    {
        ArgumentNullException.ThrowIfNull(plugin);
        var recorder = new PluginPartRecorder();
        plugin.Register(recorder);
        return recorder.Parts;
    }

    /// <summary>Reads a manifest.</summary>
    /// <exception cref="JsonException">It is none: the message names the place.</exception>
    public static PluginManifest Parse(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, PluginManifestJson.Default.PluginManifest) ?? throw new JsonException("The manifest is null.");

    /// <summary>Writes the manifest.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, PluginManifestJson.Default.PluginManifest);
}

/// <summary>Something that a plugin provides.</summary>
public sealed record PluginPart
{
    /// <summary>What it is.</summary>
    public required PluginPartKind Kind { get; init; }

    /// <summary>Its name among all of that kind.</summary>
    public required string Name { get; init; }

    /// <summary>Other names of the same; <c>null</c>: none.</summary>
    public IReadOnlyList<string>? Aliases { get; init; }

    /// <summary>For a service role: its section of the configuration.</summary>
    public string? Section { get; init; }

    /// <summary>For a service role: whether it runs when the configuration lacks the section.</summary>
    public bool? EnabledByDefault { get; init; }

    /// <summary>As <c>service role "node"</c>.</summary>
    public override string ToString() => $"{Kind.Words()} \"{Name}\"";
}

/// <summary>What plugins can provide.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PluginPartKind>))]
public enum PluginPartKind
{
    /// <summary>A supervised service.</summary>
    [JsonStringEnumMemberName("service_role")]
    ServiceRole,

    /// <summary>A store of the cluster's state.</summary>
    [JsonStringEnumMemberName("backend")]
    Backend,

    /// <summary>A sink of audit events.</summary>
    [JsonStringEnumMemberName("audit_log")]
    AuditLog,

    /// <summary>A store of recordings.</summary>
    [JsonStringEnumMemberName("recording_store")]
    RecordingStore,

    /// <summary>A way to log in.</summary>
    [JsonStringEnumMemberName("connector")]
    Connector,

    /// <summary>A way to tell a service of access requests.</summary>
    [JsonStringEnumMemberName("access_plugin")]
    AccessPlugin,
}

/// <summary>Words for people.</summary>
public static class PluginPartKindNames
{
    /// <summary>As <c>service role</c>.</summary>
    public static string Words(this PluginPartKind kind) => kind switch
    {
        PluginPartKind.ServiceRole => "service role",
        PluginPartKind.Backend => "storage backend",
        PluginPartKind.AuditLog => "audit log",
        PluginPartKind.RecordingStore => "recording store",
        PluginPartKind.AccessPlugin => "access plugin",
        _ => "connector",
    };
}

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    MaxDepth = 8)]
[JsonSerializable(typeof(PluginManifest))]
internal sealed partial class PluginManifestJson : JsonSerializerContext;
