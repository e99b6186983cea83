using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Plugins;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Agent;
using Teleport.Proxy.Configuration;
using Teleport.Proxy.SshGateway;
using Teleport.Proxy.Tls;

namespace Teleport.Proxy;

/// <summary>The service role <c>proxy</c>: takes its ports, joins, serves, drains.</summary>
internal sealed partial class ProxyService(ProxyOptions options, IServiceProvider services) : IServiceRole
{
    private readonly InstanceOptions _instance = services.GetRequiredService<InstanceOptions>();
    private readonly TimeProvider _time = services.GetRequiredService<TimeProvider>();
    private readonly ILoggerFactory _loggers = services.GetRequiredService<ILoggerFactory>();
    private readonly ILogger _logger = services.GetRequiredService<ILoggerFactory>().CreateLogger<ProxyService>();

    public async Task RunAsync(IServiceRoleContext context, CancellationToken abort)
    {
        // Mistakes show before anything is asked of others.
        IReadOnlyList<string> names = ProxyAddresses.HostNames(options, _instance);
        WebCertificates certificates = Certificates(names);
        certificates.Load();
        _ = SshEntranceOptions.AlgorithmsOf(_instance);
        _ = TlsSettings.CipherSuites(_instance.TlsCipherSuites);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.Draining, abort);
        using var listeners = new ProxyListeners(options, _instance, _loggers);
        listeners.Bind();
        try
        {
            await using JoinedService joined = await JoinedService.JoinAsync(
                new JoinOptions
                {
                    Role = SystemRole.Proxy,
                    Principals = names,
                    DnsNames = names,
                    WatchedKinds = [ResourceKinds.Node, ResourceKinds.Proxy, ResourceKinds.AuthServer],
                },
                services,
                stop.Token);
            await joined.Cluster.ReadyAsync(stop.Token);
            await ServeAsync(joined, listeners, certificates, context, abort);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Told to stop before there was anything to drain.
        }
    }

    private async Task ServeAsync(
        JoinedService joined, ProxyListeners listeners, WebCertificates certificates, IServiceRoleContext context, CancellationToken abort)
    {
        await using ProxyComposition proxy = ProxyComposition.Create(
            new ProxyMembership
            {
                ClusterName = joined.ClusterName,
                HostId = joined.HostId,
                Cluster = () => joined.Cluster.Current,
                Credential = () => joined.HostCredential,
                Login = joined.Auth.Login,
                Join = joined.Auth.Join,
                Emit = joined.Audit.Emit,
                Rendezvous = services.GetRequiredService<IRendezvous>(),
                AuthServers = () => AuthServersOf(joined),
            },
            options, _instance, listeners.Addresses, certificates, _time, _loggers, context.Draining);
        await proxy.StartAsync(abort);
        Task accepting = listeners.AcceptAsync(proxy.Dispatcher, context.Draining, abort);
        Task watching = WatchCertificatesAsync(certificates, context);
        await using (new Heartbeat(joined, () => Describe(joined, listeners.Addresses), context))
        {
            LogServing(listeners.Description);
            context.ReportReady(certificates.Problem() is { } problem ? $"{listeners.Description}; {problem}" : listeners.Description);
            await accepting;
        }

        // From here on the proxy drains: it is announced no more, so that whoever looks for a proxy finds another.
        LogDraining();
        await proxy.StopAsync(abort);
        await listeners.WhenIdleAsync();
        await watching;
    }

    private WebCertificates Certificates(IReadOnlyList<string> names)
    {
        IReadOnlyList<HttpsKeypair> keypairs = options.AllKeypairs();
        ILogger logger = _loggers.CreateLogger<WebCertificates>();
        return keypairs.Count > 0
            ? new WebCertificates(new KeypairFiles(keypairs), null, options.HttpsKeypairsReloadInterval, _time, logger)
            : new WebCertificates(null, new SelfSignedPair(_instance.DataDir, names, _time), options.HttpsKeypairsReloadInterval, _time, logger);
    }

    private static async Task WatchCertificatesAsync(WebCertificates certificates, IServiceRoleContext context)
    {
        await certificates.WatchAsync(
            problem =>
            {
                if (problem is not null)
                {
                    context.ReportDegraded(problem);
                }
                else
                {
                    context.ReportReady();
                }
            },
            context.Draining);
    }

    private Server Describe(JoinedService joined, ProxyAddresses addresses) => new()
    {
        Kind = ResourceKinds.Proxy,
        Metadata = new ResourceMetadata { Name = joined.HostId },
        Spec = new ServerSpec
        {
            Addr = addresses.Web,
            PublicAddrs = [.. addresses.AllWeb],
            Hostname = _instance.Nodename,
            SshAddr = addresses.Ssh,
            TunnelAddr = addresses.Tunnel,
            Version = _instance.Version,
        },
    };

    private static IReadOnlyList<NetworkAddress> AuthServersOf(JoinedService joined)
    {
        NetworkAddress known = joined.Endpoint.AddressWithPort;
        // The address that this proxy itself uses works; the others are for when it does not.
        return
        [
            known,
            .. joined.Cluster.Current.AuthServers.Values
                .Select(static server => NetworkAddress.TryParse(server.Spec.Addr, out NetworkAddress? address) ? address.WithDefaultPort(Api.AuthProtocol.DefaultPort) : null)
                .OfType<NetworkAddress>()
                .Where(address => address != known),
        ];
    }

    [LoggerMessage(3005, LogLevel.Information, "The proxy serves: {Description}.")]
    private partial void LogServing(string description);

    [LoggerMessage(3006, LogLevel.Information, "The proxy takes no new connections and waits for those that there are.")]
    private partial void LogDraining();
}
