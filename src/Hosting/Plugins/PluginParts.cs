using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Connectors;
using Teleport.Abstractions.Plugins;
using Teleport.Abstractions.Recordings;
using Teleport.Abstractions.Storage;

namespace Teleport.Hosting.Plugins;

/// <summary>A service role that a loaded plugin provides.</summary>
internal sealed record ServiceRolePart(
    string Name, string Section, bool EnabledByDefault, Type OptionsType, Func<object, IServiceProvider, IServiceRole> Create);

/// <summary>A storage backend that a loaded plugin provides.</summary>
internal sealed record BackendPart(
    string Name, IReadOnlyList<string> Aliases, Type OptionsType, Func<object, IServiceProvider, CancellationToken, ValueTask<IBackend>> Open);

/// <summary>A sink of audit events that a loaded plugin provides.</summary>
internal sealed record AuditLogPart(string Scheme, Func<Uri, IServiceProvider, CancellationToken, ValueTask<IAuditLog>> Open);

/// <summary>A store of recordings that a loaded plugin provides.</summary>
internal sealed record RecordingStorePart(string Scheme, Func<Uri, IServiceProvider, CancellationToken, ValueTask<IRecordingStore>> Open);

/// <summary>A kind of connector that a loaded plugin provides.</summary>
internal sealed record ConnectorPart(string Type, Func<ConnectorContext, IServiceProvider, IAuthConnector> Create);

/// <summary>A kind of access plugin that a loaded plugin provides.</summary>
internal sealed record AccessPluginPart(string Type, Type OptionsType, Func<AccessPluginOptions, IAccessPluginContext, IAccessPlugin> Create);

/// <summary>What a plugin registered, with its factories.</summary>
internal sealed class PluginParts : IPluginRegistration
{
    private readonly List<ServiceRolePart> _roles = [];
    private readonly List<BackendPart> _backends = [];
    private readonly List<AuditLogPart> _auditLogs = [];
    private readonly List<RecordingStorePart> _recordingStores = [];
    private readonly List<ConnectorPart> _connectors = [];
    private readonly List<AccessPluginPart> _accessPlugins = [];

    public IReadOnlyList<ServiceRolePart> Roles => _roles;

    public IReadOnlyList<BackendPart> Backends => _backends;

    public IReadOnlyList<AuditLogPart> AuditLogs => _auditLogs;

    public IReadOnlyList<RecordingStorePart> RecordingStores => _recordingStores;

    public IReadOnlyList<ConnectorPart> Connectors => _connectors;

    public IReadOnlyList<AccessPluginPart> AccessPlugins => _accessPlugins;

    /// <summary>Runs a plugin's registration.</summary>
    public static PluginParts Of(IPlugin plugin)
    {
        var parts = new PluginParts();
        plugin.Register(parts);
        return parts;
    }

    public void ProvideServiceRole<TOptions>(
        string name, string section, bool enabledByDefault, Func<TOptions, IServiceProvider, IServiceRole> create)
        where TOptions : class, IPluginOptions, new() =>
        _roles.Add(new ServiceRolePart(
            name, section, enabledByDefault, typeof(TOptions), (options, services) => create((TOptions)options, services)));

    public void ProvideBackend<TOptions>(
        string name, IReadOnlyList<string> aliases, Func<TOptions, IServiceProvider, CancellationToken, ValueTask<IBackend>> create)
        where TOptions : class, IPluginOptions, new() =>
        _backends.Add(new BackendPart(
            name, aliases, typeof(TOptions), (options, services, cancellationToken) => create((TOptions)options, services, cancellationToken)));

    public void ProvideAuditLog(string scheme, Func<Uri, IServiceProvider, CancellationToken, ValueTask<IAuditLog>> create) =>
        _auditLogs.Add(new AuditLogPart(scheme, create));

    public void ProvideRecordingStore(string scheme, Func<Uri, IServiceProvider, CancellationToken, ValueTask<IRecordingStore>> create) =>
        _recordingStores.Add(new RecordingStorePart(scheme, create));

    public void ProvideConnector(string type, Func<ConnectorContext, IServiceProvider, IAuthConnector> create) =>
        _connectors.Add(new ConnectorPart(type, create));

    public void ProvideAccessPlugin<TOptions>(string type, Func<TOptions, IAccessPluginContext, IAccessPlugin> create)
        where TOptions : AccessPluginOptions, new() =>
        _accessPlugins.Add(new AccessPluginPart(type, typeof(TOptions), (options, context) => create((TOptions)options, context)));
}
