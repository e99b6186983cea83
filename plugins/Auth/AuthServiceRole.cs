using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Plugins;
using Teleport.Abstractions.Resources;
using Teleport.Agent;
using Teleport.Api;
using Teleport.Auth.Audit;
using Teleport.Auth.Options;
using Teleport.Auth.Requests;
using Teleport.Auth.Serving;
using Teleport.Auth.Services;
using Teleport.Auth.Startup;
using Teleport.Auth.Stores;
using Teleport.Auth.Watching;

namespace Teleport.Auth;

/// <summary>The auth service: opens the state, makes the cluster if there is none, serves the API, and stops in order.</summary>
internal sealed partial class AuthServiceRole(AuthOptions options, IServiceProvider services) : IServiceRole
{
    private static readonly TimeSpan HealthPeriod = TimeSpan.FromSeconds(5);
    private readonly InstanceOptions _instance = services.GetRequiredService<InstanceOptions>();
    private readonly TimeProvider _time = services.GetRequiredService<TimeProvider>();
    private readonly ILoggerFactory _loggers = services.GetRequiredService<ILoggerFactory>();
    private readonly ILogger _logger = services.GetRequiredService<ILoggerFactory>().CreateLogger<AuthServiceRole>();

    /// <inheritdoc/>
    public async Task RunAsync(IServiceRoleContext context, CancellationToken abort)
    {
        using var starting = CancellationTokenSource.CreateLinkedTokenSource(context.Draining, abort);
        StaticTokenLine[] staticTokens = [.. options.Tokens.Select(static (line, i) => StaticTokenLine.Read(line, $"tokens[{i}]"))];
        string hostId = await HostUuid.ReadOrCreateAsync(_instance.DataDir, starting.Token);
        await using AuthStorage storage = await AuthStorage.OpenAsync(services.GetRequiredService<IInstanceServices>(), starting.Token);
        var resources = new ResourceStore(storage.Backend);
        ClusterNameSpec cluster = await new ClusterBootstrap(resources, options, _instance, _time, _loggers.CreateLogger<ClusterBootstrap>())
            .RunAsync(starting.Token);

        var authorities = new ClusterAuthorities(resources, cluster.ClusterName, _time, _loggers.CreateLogger<ClusterAuthorities>());
        await authorities.LoadAsync(starting.Token);
        await using AuditPipeline audit = storage.CreateAudit(cluster.ClusterName, services);
        var localToken = new LocalJoinTokenFactory(services.GetRequiredService<IRendezvous>()).Create();
        var parts = new AuthParts(
            storage, audit, authorities, new ClusterIdentity(cluster.ClusterName, hostId, _instance.Version), localToken, staticTokens, services);
        OwnNames names = OwnNames.Of(hostId, cluster.ClusterName, _instance.Nodename, options.PublicAddr.Select(static a => a.Host)
            .Concat(_instance.AdvertiseAddress is { } advertised ? [advertised.Host] : []));
        var identity = new OwnIdentity(authorities, names, _time, _loggers.CreateLogger<OwnIdentity>());
        identity.Renew();

        await using AuthListener listener = CreateListener(parts, identity);
        await ServeAsync(listener, parts, identity, names, resources, context, abort);
    }

    private AuthListener CreateListener(AuthParts parts, OwnIdentity identity)
    {
        NetworkAddress address = options.ListenAddr ?? new NetworkAddress(_instance.ListenHost);
        return AuthListener.Create(
            new AuthListenerOptions(
                address.ToListenEndPoint(AuthProtocol.DefaultPort),
                _instance.ConnectionLimits.MaxConnections,
                identity,
                new PeerVerifier(parts.Authorities, parts.Cluster.ClusterName),
                TlsCipherSuites.Parse(_instance.TlsCipherSuites),
                _loggers),
            collection => AuthServices.Add(collection, parts),
            AuthServices.Map);
    }

    private async Task ServeAsync(
        AuthListener listener, AuthParts parts, OwnIdentity identity, OwnNames names, ResourceStore resources, IServiceRoleContext context, CancellationToken abort)
    {
        using var background = CancellationTokenSource.CreateLinkedTokenSource(abort);
        Task following = listener.Services.GetRequiredService<WatchHub>().RunAsync(background.Token);
        await listener.Services.GetRequiredService<WatchHub>().Loaded.WaitAsync(background.Token);
        await listener.StartAsync(context.Draining);
        IPEndPoint dialed = LocalEndPoint(listener.EndPoint);
        var presence = new OwnPresence(resources, Describe(parts.Cluster, listener.EndPoint), _time, _loggers.CreateLogger<OwnPresence>());
        var adminFiles = new AdminFiles(parts.Authorities, names, _instance.DataDir, _time, _loggers.CreateLogger<AdminFiles>());
        await presence.AnnounceAsync(background.Token);
        await adminFiles.WriteAsync(dialed, background.Token);
        services.GetRequiredService<IRendezvous>().Publish(
            new LocalAuthOffer(dialed, parts.Authorities.Current.HostPins, parts.LocalToken.Secret, parts.Cluster.ClusterName));
        context.ReportReady($"listening on {listener.EndPoint}, cluster {parts.Cluster.ClusterName}");
        LogServing(parts.Cluster.ClusterName, listener.EndPoint, parts.Authorities.Current.HostPins[0]);

        Task[] tasks =
        [
            following,
            parts.Authorities.RunAsync(background.Token),
            identity.RunAsync(background.Token),
            adminFiles.RunAsync(dialed, background.Token),
            presence.RunAsync(background.Token),
            listener.Services.GetRequiredService<RequestExpiry>().RunAsync(background.Token),
            ReportHealthAsync(parts.Audit, listener.EndPoint, context, background.Token),
        ];
        Task drained = Task.Delay(Timeout.Infinite, context.Draining);
        Task first = await Task.WhenAny([drained, .. tasks]);
        await StopAsync(listener, presence, background, tasks, abort);
        if (first != drained && first.IsFaulted)
        {
            // The host reports it and starts the role again.
            await first;
        }
    }

    private async Task StopAsync(AuthListener listener, OwnPresence presence, CancellationTokenSource background, Task[] tasks, CancellationToken abort)
    {
        await listener.Services.GetRequiredService<ServerLifetime>().StopAsync();
        await listener.StopAsync(abort);
        await background.CancelAsync();
        await Task.WhenAll(tasks).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        if (!abort.IsCancellationRequested)
        {
            await presence.WithdrawAsync(abort);
        }

        LogStopped();
    }

    private async Task ReportHealthAsync(AuditPipeline audit, IPEndPoint endPoint, IServiceRoleContext context, CancellationToken cancellationToken)
    {
        string? reported = null;
        while (true)
        {
            await Task.Delay(HealthPeriod, _time, cancellationToken);
            string? degradation = audit.Degradation;
            if (degradation == reported)
            {
                continue;
            }

            reported = degradation;
            if (degradation is null)
            {
                context.ReportReady($"listening on {endPoint}");
            }
            else
            {
                context.ReportDegraded(degradation);
            }
        }
    }

    private Server Describe(ClusterIdentity cluster, IPEndPoint endPoint)
    {
        NetworkAddress? advertised = _instance.AdvertiseAddress?.WithDefaultPort(endPoint.Port);
        string host = endPoint.Address.Equals(IPAddress.Any) || endPoint.Address.Equals(IPAddress.IPv6Any) ? _instance.Nodename : endPoint.Address.ToString();
        return new Server
        {
            Kind = ResourceKinds.AuthServer,
            Metadata = new ResourceMetadata { Name = cluster.HostId },
            Spec = new ServerSpec
            {
                Addr = (advertised ?? new NetworkAddress(host, endPoint.Port)).ToHostPort(),
                PublicAddrs = options.PublicAddr.Count > 0 ? [.. options.PublicAddr.Select(static a => a.WithDefaultPort(AuthProtocol.DefaultPort).ToHostPort()).ToArray()] : null,
                Hostname = _instance.Nodename,
                Version = _instance.Version,
            },
        };
    }

    // What listens everywhere is dialed by loopback.
    private static IPEndPoint LocalEndPoint(IPEndPoint endPoint) =>
        endPoint.Address.Equals(IPAddress.Any) ? new IPEndPoint(IPAddress.Loopback, endPoint.Port)
        : endPoint.Address.Equals(IPAddress.IPv6Any) ? new IPEndPoint(IPAddress.IPv6Loopback, endPoint.Port)
        : endPoint;

    [LoggerMessage(2100, LogLevel.Information, "The auth service of cluster {Cluster} listens on {EndPoint}. CA pin {Pin}.")]
    private partial void LogServing(string cluster, IPEndPoint endPoint, string pin);

    [LoggerMessage(2103, LogLevel.Information, "The auth service has stopped.")]
    private partial void LogStopped();
}
