using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Configuration;
using Teleport.Proxy.Callbacks;
using Teleport.Proxy.Configuration;
using Teleport.Proxy.FrontDoor;
using Teleport.Proxy.Relaying;
using Teleport.Proxy.Routing;
using Teleport.Proxy.SshGateway;
using Teleport.Proxy.Tls;
using Teleport.Proxy.Tunnels;
using Teleport.Proxy.Web;
using Teleport.Proxy.WebApi;
using Teleport.Proxy.WebUi;

namespace Teleport.Proxy;

/// <summary>Puts the parts of the proxy together. Nothing else knows them all.</summary>
internal sealed class ProxyComposition : IAsyncDisposable
{
    private readonly WebServer _web;
    private readonly RefusalAudit _refusals;
    private readonly CallbackForwarder _callbacks;

    private ProxyComposition(ConnectionDispatcher dispatcher, WebServer web, RefusalAudit refusals, TunnelRegistry tunnels, CallbackForwarder callbacks) =>
        (Dispatcher, _web, _refusals, Tunnels, _callbacks) = (dispatcher, web, refusals, tunnels, callbacks);

    /// <summary>Serves whatever connects.</summary>
    public ConnectionDispatcher Dispatcher { get; }

    /// <summary>Tunnels of agents.</summary>
    public TunnelRegistry Tunnels { get; }

    public static ProxyComposition Create(
        ProxyMembership member,
        ProxyOptions options,
        InstanceOptions instance,
        ProxyAddresses addresses,
        WebCertificates certificates,
        TimeProvider time,
        ILoggerFactory loggers,
        CancellationToken draining)
    {
        var unregistered = new UnregisteredTargets(options.AllowUnregistered);
        var tunnels = new TunnelRegistry(loggers.CreateLogger<TunnelRegistry>(), time);
        var dialer = new NodeDialer(tunnels, unregistered, member.AuthServers);
        var connector = new RouteConnector(new RouteFinder(member.Cluster, unregistered, time), dialer, member.Credential, time);
        var refusals = new RefusalAudit(member.Emit, member.HostId, instance.Nodename, loggers.CreateLogger<RefusalAudit>());
        var ssh = new SshEntrance(
            new SshEntranceOptions
            {
                Cluster = member.Cluster,
                Credential = member.Credential,
                Information = new GatewayInformation(member.ClusterName, instance.Version, time),
                Algorithms = SshEntranceOptions.AlgorithmsOf(instance),
                Time = time,
                Draining = draining,
            },
            connector,
            tunnels,
            refusals,
            new UserLimit(instance.ConnectionLimits.MaxUsers),
            loggers.CreateLogger<SshEntrance>());
        var callbacks = new CallbackForwarder(member.Rendezvous, tunnels);
        var connections = new WebConnections();
        var web = WebServer.Create(
            connections,
            new WebApiServices(
                member.Login, member.Join, () => new ClusterFacts(member.ClusterName, member.Cluster().AuthPreference), addresses, instance.Version),
            new WebPages(member.ClusterName, addresses.Web),
            callbacks,
            certificates.AreConfigured,
            loggers);
        var dispatcher = new ConnectionDispatcher(
            new ConnectionSniffer(options.ProxyProtocol, [.. options.ProxyProtocolSources.Select(Parse)]),
            ssh,
            new AuthRelay(member.ClusterName, dialer, time, loggers.CreateLogger<AuthRelay>(), draining),
            new TlsTerminator(certificates, TlsSettings.CipherSuites(instance.TlsCipherSuites), ssh, connections),
            new PlainHttpAnswer(addresses.Web),
            loggers.CreateLogger<ConnectionDispatcher>());
        return new ProxyComposition(dispatcher, web, refusals, tunnels, callbacks);
    }

    public Task StartAsync(CancellationToken cancellationToken) => _web.StartAsync(cancellationToken);

    /// <summary>Ends web connections; SSH connections end by themselves.</summary>
    public Task StopAsync(CancellationToken abort) => _web.StopAsync(abort);

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        _callbacks.Dispose();
        await _refusals.DisposeAsync();
    }

    private static NetworkRange Parse(string text) =>
        NetworkRange.TryParse(text, out NetworkRange range) ? range : throw new FormatException($"\"{text}\" is no network.");
}
