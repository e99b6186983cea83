using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Connectors;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Plugins;
using Teleport.Abstractions.Recordings;
using Teleport.Abstractions.Storage;
using Teleport.Hosting.Configuration;
using Teleport.Hosting.Plugins;

namespace Teleport.Hosting.Supervision;

/// <summary>Opens what the configuration chose. Plugins are loaded when they are first needed.</summary>
internal sealed class InstanceServices(PluginCatalog catalog, StorageChoice? storage, IServiceProvider services) : IInstanceServices
{
    public IReadOnlyCollection<string> ConnectorTypes => catalog.NamesOf(PluginPartKind.Connector);

    private StorageChoice Storage =>
        storage ?? throw TeleportException.Unavailable("This instance has no storage: only an instance that runs the auth service has.");

    public ValueTask<IBackend> OpenBackendAsync(CancellationToken cancellationToken) =>
        Storage.BackendPlugin.Parts.Backends.First(b => b.Name == Storage.BackendName).Open(Storage.BackendOptions, services, cancellationToken);

    public async ValueTask<IReadOnlyList<IAuditLog>> OpenAuditLogsAsync(CancellationToken cancellationToken)
    {
        var opened = new List<IAuditLog>();
        try
        {
            foreach (Uri uri in Storage.AuditSinks)
            {
                AuditLogPart part = Find(PluginPartKind.AuditLog, uri.Scheme).AuditLogs.First(a => a.Scheme == uri.Scheme);
                opened.Add(await part.Open(uri, services, cancellationToken));
            }

            return opened;
        }
        catch
        {
            // All or none: the caller cannot dispose what it never got.
            foreach (IAuditLog log in opened)
            {
                await log.DisposeAsync();
            }

            throw;
        }
    }

    public ValueTask<IRecordingStore> OpenRecordingStoreAsync(CancellationToken cancellationToken)
    {
        Uri uri = Storage.RecordingStore;
        RecordingStorePart part = Find(PluginPartKind.RecordingStore, uri.Scheme).RecordingStores.First(r => r.Scheme == uri.Scheme);
        return part.Open(uri, services, cancellationToken);
    }

    public IAuthConnector CreateConnector(string type, ConnectorContext context) =>
        Find(PluginPartKind.Connector, type).Connectors.First(c => c.Type == type).Create(context, services);

    private PluginParts Find(PluginPartKind kind, string name) =>
        catalog.Find(kind, name)?.Parts
        ?? throw TeleportException.NotFound($"Cannot use the {kind.Words()} \"{name}\": {catalog.DescribeMissing(kind, name)}.");
}
