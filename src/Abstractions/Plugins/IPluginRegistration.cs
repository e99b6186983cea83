using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Connectors;
using Teleport.Abstractions.Recordings;
using Teleport.Abstractions.Storage;

namespace Teleport.Abstractions.Plugins;

/// <summary>Collects what a plugin provides. Names are lower-case and unique for each kind over all installed plugins.</summary>
/// <remarks>
/// The factories run later, only for what the configuration enables. The service provider that they get offers <c>ILoggerFactory</c>,
/// <see cref="TimeProvider"/>, <see cref="InstanceOptions"/>, <see cref="IInstanceServices"/> and <see cref="IRendezvous"/>.
/// </remarks>
public interface IPluginRegistration
{
    /// <summary>Provides a service role.</summary>
    /// <typeparam name="TOptions">A record bound strictly from <paramref name="section"/>.</typeparam>
    /// <param name="name">Its name on the command line, as <c>node</c>.</param>
    /// <param name="section">Its top-level section of the configuration file, as <c>ssh_service</c>.</param>
    /// <param name="enabledByDefault">Whether it runs when the file lacks the section.</param>
    /// <param name="create">Makes the role; called again after the role failed.</param>
    void ProvideServiceRole<TOptions>(
        string name, string section, bool enabledByDefault, Func<TOptions, IServiceProvider, IServiceRole> create)
        where TOptions : class, IPluginOptions, new();

    /// <summary>Provides a storage backend, chosen by <c>teleport.storage.type</c>.</summary>
    /// <typeparam name="TOptions">A record bound from the keys of <c>teleport.storage</c> that concern this backend.</typeparam>
    /// <param name="name">The value of <c>type</c>, as <c>sqlite</c>.</param>
    /// <param name="aliases">Other values of <c>type</c> that mean the same.</param>
    /// <param name="create">Opens the backend.</param>
    void ProvideBackend<TOptions>(
        string name, IReadOnlyList<string> aliases, Func<TOptions, IServiceProvider, CancellationToken, ValueTask<IBackend>> create)
        where TOptions : class, IPluginOptions, new();

    /// <summary>Provides a sink of audit events, chosen by the scheme of a URI in <c>audit_events_uri</c>.</summary>
    /// <param name="scheme">The scheme, as <c>file</c>.</param>
    /// <param name="create">Opens the sink; throws <see cref="OptionsException"/> for a parameter that it does not know.</param>
    void ProvideAuditLog(string scheme, Func<Uri, IServiceProvider, CancellationToken, ValueTask<IAuditLog>> create);

    /// <summary>Provides a store of recordings, chosen by the scheme of <c>audit_sessions_uri</c>.</summary>
    /// <param name="scheme">The scheme, as <c>file</c>.</param>
    /// <param name="create">Opens the store; throws <see cref="OptionsException"/> for a parameter that it does not know.</param>
    void ProvideRecordingStore(string scheme, Func<Uri, IServiceProvider, CancellationToken, ValueTask<IRecordingStore>> create);

    /// <summary>Provides a way to prove who somebody is, chosen by the connector's type.</summary>
    /// <param name="type">The type, as <c>local</c> or <c>github</c>.</param>
    /// <param name="create">Makes the connector for one cluster.</param>
    void ProvideConnector(string type, Func<ConnectorContext, IServiceProvider, IAuthConnector> create);

    /// <summary>Provides a way to tell a service of access requests, chosen by a key below <c>access_service.plugins</c> or its <c>type</c>.</summary>
    /// <typeparam name="TOptions">A record bound strictly from that section.</typeparam>
    /// <param name="type">The type, as <c>slack</c>.</param>
    /// <param name="create">Makes an instance.</param>
    void ProvideAccessPlugin<TOptions>(string type, Func<TOptions, IAccessPluginContext, IAccessPlugin> create)
        where TOptions : AccessPluginOptions, new();
}
