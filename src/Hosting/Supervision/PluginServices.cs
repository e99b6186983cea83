using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Plugins;

namespace Teleport.Hosting.Supervision;

/// <summary>The services that plugins are promised, and no others.</summary>
internal sealed class PluginServices : IServiceProvider
{
    private readonly Dictionary<Type, object> _services;

    public PluginServices(
        ILoggerFactory loggers, TimeProvider time, InstanceOptions instance, IRendezvous rendezvous, Func<IServiceProvider, IInstanceServices> instanceServices)
    {
        _services = new Dictionary<Type, object>
        {
            [typeof(ILoggerFactory)] = loggers,
            [typeof(TimeProvider)] = time,
            [typeof(InstanceOptions)] = instance,
            [typeof(IRendezvous)] = rendezvous,
            [typeof(IServiceProvider)] = this,
        };
        _services[typeof(IInstanceServices)] = instanceServices(this);
    }

    public object? GetService(Type serviceType) => _services.GetValueOrDefault(serviceType);
}
