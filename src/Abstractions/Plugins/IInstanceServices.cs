using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Connectors;
using Teleport.Abstractions.Recordings;
using Teleport.Abstractions.Storage;

namespace Teleport.Abstractions.Plugins;

/// <summary>Opens what other plugins of this instance provide, as the configuration chose.</summary>
/// <remarks>Each call opens anew: whoever calls owns the result and disposes it.</remarks>
public interface IInstanceServices
{
    /// <summary>Opens the backend that <c>teleport.storage</c> names.</summary>
    ValueTask<IBackend> OpenBackendAsync(CancellationToken cancellationToken);

    /// <summary>Opens every sink of <c>audit_events_uri</c>, in the order of the configuration.</summary>
    ValueTask<IReadOnlyList<IAuditLog>> OpenAuditLogsAsync(CancellationToken cancellationToken);

    /// <summary>Opens the store of <c>audit_sessions_uri</c>.</summary>
    ValueTask<IRecordingStore> OpenRecordingStoreAsync(CancellationToken cancellationToken);

    /// <summary>The types of connectors that are installed.</summary>
    IReadOnlyCollection<string> ConnectorTypes { get; }

    /// <summary>Makes the connector of a type.</summary>
    /// <exception cref="Errors.TeleportException">Code <c>not_found</c>: no installed plugin provides that type.</exception>
    IAuthConnector CreateConnector(string type, ConnectorContext context);
}
