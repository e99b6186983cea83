using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Connectors;
using Teleport.Abstractions.Plugins;
using Teleport.Abstractions.Recordings;
using Teleport.Abstractions.Storage;

namespace Teleport.AccessPlugins.Tests;

/// <summary>Makes a plugin by what its assembly registers, as a host does.</summary>
internal sealed class Registered : IPluginRegistration
{
    private Delegate? _create;

    public static IAccessPlugin Create<TPlugin, TOptions>(TOptions options, IAccessPluginContext context)
        where TPlugin : IPlugin, new()
    {
        var registered = new Registered();
        new TPlugin().Register(registered);
        return ((Func<TOptions, IAccessPluginContext, IAccessPlugin>)registered._create!)(options, context);
    }

    public void ProvideAccessPlugin<TOptions>(string type, Func<TOptions, IAccessPluginContext, IAccessPlugin> create)
        where TOptions : AccessPluginOptions, new() => _create = create;

    public void ProvideServiceRole<TOptions>(string name, string section, bool enabledByDefault, Func<TOptions, IServiceProvider, IServiceRole> create)
        where TOptions : class, IPluginOptions, new() => throw new NotSupportedException();

    public void ProvideBackend<TOptions>(string name, IReadOnlyList<string> aliases, Func<TOptions, IServiceProvider, CancellationToken, ValueTask<IBackend>> create)
        where TOptions : class, IPluginOptions, new() => throw new NotSupportedException();

    public void ProvideAuditLog(string scheme, Func<Uri, IServiceProvider, CancellationToken, ValueTask<IAuditLog>> create) => throw new NotSupportedException();

    public void ProvideRecordingStore(string scheme, Func<Uri, IServiceProvider, CancellationToken, ValueTask<IRecordingStore>> create) => throw new NotSupportedException();

    public void ProvideConnector(string type, Func<ConnectorContext, IServiceProvider, IAuthConnector> create) => throw new NotSupportedException();
}
