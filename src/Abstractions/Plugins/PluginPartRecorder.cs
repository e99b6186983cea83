using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Connectors;
using Teleport.Abstractions.Recordings;
using Teleport.Abstractions.Storage;

namespace Teleport.Abstractions.Plugins;

/// <summary>Notes names only; the factories are dropped.</summary>
internal sealed class PluginPartRecorder : IPluginRegistration
{
    private readonly List<PluginPart> _parts = [];

    public IReadOnlyList<PluginPart> Parts =>
        [.. _parts.OrderBy(static p => p.Kind).ThenBy(static p => p.Name, StringComparer.Ordinal)];

    public void ProvideServiceRole<TOptions>(
        string name, string section, bool enabledByDefault, Func<TOptions, IServiceProvider, IServiceRole> create)
        where TOptions : class, IPluginOptions, new() =>
        _parts.Add(new PluginPart { Kind = PluginPartKind.ServiceRole, Name = name, Section = section, EnabledByDefault = enabledByDefault });

    public void ProvideBackend<TOptions>(
        string name, IReadOnlyList<string> aliases, Func<TOptions, IServiceProvider, CancellationToken, ValueTask<IBackend>> create)
        where TOptions : class, IPluginOptions, new() =>
        _parts.Add(new PluginPart { Kind = PluginPartKind.Backend, Name = name, Aliases = aliases.Count == 0 ? null : aliases });

    public void ProvideAuditLog(string scheme, Func<Uri, IServiceProvider, CancellationToken, ValueTask<IAuditLog>> create) =>
        _parts.Add(new PluginPart { Kind = PluginPartKind.AuditLog, Name = scheme });

    public void ProvideRecordingStore(string scheme, Func<Uri, IServiceProvider, CancellationToken, ValueTask<IRecordingStore>> create) =>
        _parts.Add(new PluginPart { Kind = PluginPartKind.RecordingStore, Name = scheme });

    public void ProvideConnector(string type, Func<ConnectorContext, IServiceProvider, IAuthConnector> create) =>
        _parts.Add(new PluginPart { Kind = PluginPartKind.Connector, Name = type });

    public void ProvideAccessPlugin<TOptions>(string type, Func<TOptions, IAccessPluginContext, IAccessPlugin> create)
        where TOptions : AccessPluginOptions, new() =>
        _parts.Add(new PluginPart { Kind = PluginPartKind.AccessPlugin, Name = type });
}
