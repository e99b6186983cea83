using Teleport.Abstractions.Configuration;
using Teleport.Hosting.Logging;
using Teleport.Hosting.Plugins;

namespace Teleport.Hosting.Configuration;

/// <summary>A configuration that was checked as a whole: what runs, with which options.</summary>
public sealed class InstanceConfiguration
{
    internal InstanceConfiguration()
    {
    }

    /// <summary>What concerns every service.</summary>
    public required InstanceOptions Instance { get; init; }

    /// <summary>Where the log goes.</summary>
    public required LogOptions Log { get; init; }

    /// <summary>Address of the diagnostics; <c>null</c>: none.</summary>
    public NetworkAddress? DiagnosticsAddress { get; init; }

    /// <summary>File that gets the process id; <c>null</c>: none.</summary>
    public string? PidFile { get; init; }

    /// <summary>What is doubtful, one line each.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Names of the services that run.</summary>
    public IReadOnlyList<string> RoleNames => [.. Roles.Select(static role => role.Name)];

    internal IReadOnlyList<EnabledRole> Roles { get; init; } = [];

    internal StorageChoice? Storage { get; init; }
}

/// <summary>A service role that the configuration enables.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Plugin">The plugin that provides it.</param>
/// <param name="Part">Its factory; <c>null</c> when the plugin cannot be loaded.</param>
/// <param name="Options">Its options; <c>null</c> when the plugin cannot be loaded.</param>
/// <param name="Failure">Why the plugin cannot be loaded.</param>
internal sealed record EnabledRole(string Name, InstalledPlugin Plugin, ServiceRolePart? Part, object? Options, string? Failure);

/// <summary>Where the auth role keeps things.</summary>
/// <param name="BackendName">The type of the backend.</param>
/// <param name="BackendPlugin">The plugin that provides it.</param>
/// <param name="BackendOptions">Its options.</param>
/// <param name="AuditSinks">Where audit events go, in order.</param>
/// <param name="RecordingStore">Where recordings go.</param>
internal sealed record StorageChoice(
    string BackendName, InstalledPlugin BackendPlugin, object BackendOptions, IReadOnlyList<Uri> AuditSinks, Uri RecordingStore);
