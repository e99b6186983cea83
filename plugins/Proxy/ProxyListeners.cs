using System.Net;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Configuration;
using Teleport.Proxy.Configuration;
using Teleport.Proxy.FrontDoor;

namespace Teleport.Proxy;

/// <summary>All listeners of the proxy.</summary>
internal sealed class ProxyListeners : IDisposable
{
    private readonly ProxyOptions _options;
    private readonly InstanceOptions _instance;
    private readonly FrontDoorListener[] _listeners;
    private ProxyAddresses? _addresses;

    public ProxyListeners(ProxyOptions options, InstanceOptions instance, ILoggerFactory loggers)
    {
        (_options, _instance) = (options, instance);
        var limits = new AdmissionLimits { MaxConnections = instance.ConnectionLimits.MaxConnections };
        _listeners =
        [
            .. ListenerPlan.Of(options, instance).Select(plan =>
                new FrontDoorListener(plan, new ConnectionAdmission(limits), loggers.CreateLogger<FrontDoorListener>())),
        ];
    }

    /// <summary>The addresses, after <see cref="Bind"/>.</summary>
    public ProxyAddresses Addresses => _addresses ?? throw new InvalidOperationException("The listeners are not bound yet.");

    /// <summary>For people.</summary>
    public string Description => $"web {Addresses.WebListen}, ssh {Addresses.SshListen}, tunnels {Addresses.TunnelListen}";

    /// <summary>Takes all addresses.</summary>
    public void Bind()
    {
        foreach (FrontDoorListener listener in _listeners)
        {
            listener.Bind();
        }

        // The web listener serves everything; a listener of its own comes first for what has one.
        _addresses = ProxyAddresses.Of(
            _options, _instance, Serving(ListenerServices.Web), Serving(ListenerServices.Ssh), Serving(ListenerServices.Tunnels));
    }

    /// <summary>Accepts until told to stop.</summary>
    public Task AcceptAsync(ConnectionDispatcher dispatcher, CancellationToken draining, CancellationToken abort) =>
        Task.WhenAll(_listeners.Select(listener => listener.AcceptAsync(dispatcher, draining, abort)));

    /// <summary>Ends when all connections have.</summary>
    public Task WhenIdleAsync() => Task.WhenAll(_listeners.Select(static listener => listener.WhenIdleAsync()));

    public void Dispose()
    {
        foreach (FrontDoorListener listener in _listeners)
        {
            listener.Dispose();
        }
    }

    private IPEndPoint Serving(ListenerServices service) =>
        (_listeners.FirstOrDefault(l => l.Services == service) ?? _listeners.First(l => l.Services.HasFlag(service))).EndPoint;
}
