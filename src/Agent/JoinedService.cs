using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Plugins;
using Teleport.Abstractions.Security;
using Teleport.Agent.Joining;
using Teleport.Api;
using Teleport.Api.Cluster.V1;
using Teleport.Api.Join.V1;
using Teleport.Ssh.Keys;

namespace Teleport.Agent;

/// <summary>A service that is a member of a cluster: its credentials, which renew themselves, the auth service, and a copy of the state.</summary>
public sealed partial class JoinedService : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly JoinOptions _options;
    private readonly ILogger _logger;
    private readonly HostKeys _keys;
    private readonly IdentityStore _store;
    private readonly Task _renewal;
    private volatile HostCredentials _credentials;

    private JoinedService(
        JoinOptions options, HostCredentials credentials, AuthEndpoint endpoint, HostKeys keys, IdentityStore store, InstanceOptions instance, TimeProvider time, ILogger logger)
    {
        (_options, _credentials, _keys, _store, Time, _logger) = (options, credentials, keys, store, time, logger);
        ThroughProxy = endpoint.Route == AuthRoute.ThroughProxy;
        Auth = AuthClient.Create(new AuthClientOptions { Endpoint = endpoint, ClientCertificate = () => _credentials.Tls, Roots = Roots });
        Cluster = new ClusterCache(Auth, credentials.Identity.ClusterName, options.WatchedKinds, time, logger);
        string spool = Path.Combine(instance.DataDir, "log", "spool", options.Role.ToString().ToLowerInvariant());
        Audit = new AuditEmitter(spool, Auth, credentials.Identity.ClusterName, time, logger);
        _renewal = Task.Run(RenewAsync);
    }

    /// <summary>Who this host is, as its present certificates say.</summary>
    public HostIdentity Identity => _credentials.Identity;

    /// <summary>The id of this host, a UUID.</summary>
    public string HostId => _credentials.Identity.HostId;

    /// <summary>The cluster.</summary>
    public string ClusterName => _credentials.Identity.ClusterName;

    /// <summary>Whether the cluster is reached through a proxy: the service then has to be reached through a tunnel.</summary>
    public bool ThroughProxy { get; }

    /// <summary>Where the cluster is reached.</summary>
    public AuthEndpoint Endpoint => Auth.Endpoint;

    /// <summary>The auth service.</summary>
    public AuthClient Auth { get; }

    /// <summary>The cluster's state.</summary>
    public ClusterCache Cluster { get; }

    /// <summary>The audit log.</summary>
    public AuditEmitter Audit { get; }

    /// <summary>What proves this host over SSH. Read it for each connection: it is swapped on renewal.</summary>
    public SshCredential HostCredential => _credentials.Ssh;

    /// <summary>What proves this host over TLS, with its key. Read it for each connection: it is swapped on renewal.</summary>
    public X509Certificate2 TlsCertificate => _credentials.Tls;

    internal TimeProvider Time { get; }

    internal ILogger Logger => _logger;

    /// <summary>Becomes a member, or takes up the membership that is stored in the data folder. Tries until it succeeds or is told to stop.</summary>
    /// <param name="options">What the service wants to be.</param>
    /// <param name="services">As a plugin's factory gets it.</param>
    /// <param name="cancellationToken">Stops trying.</param>
    /// <exception cref="TeleportException">Joining was refused, which trying again would not mend: wrong pin, no or wrong token.</exception>
    public static async Task<JoinedService> JoinAsync(JoinOptions options, IServiceProvider services, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(services);
        InstanceOptions instance = services.GetRequiredService<InstanceOptions>();
        TimeProvider time = services.GetRequiredService<TimeProvider>();
        ILogger logger = services.GetRequiredService<ILoggerFactory>().CreateLogger<JoinedService>();
        string hostId = await HostUuid.ReadOrCreateAsync(instance.DataDir, cancellationToken);
        HostKeys keys = HostKeys.ReadOrCreate(instance.DataDir);
        var store = new IdentityStore(instance.DataDir, options.Role, time, logger);
        var joiner = new Joiner(instance, options, hostId, keys, logger);
        JoinTarget target = await TargetAsync(instance, services.GetRequiredService<IRendezvous>(), cancellationToken);

        var backoff = new Backoff(time);
        while (true)
        {
            try
            {
                (HostCredentials credentials, AuthEndpoint endpoint) = await TakeUpAsync(store.Load(hostId, keys), target, cancellationToken)
                    ?? await joiner.JoinAsync(target, cancellationToken);
                store.Save(credentials);
                return new JoinedService(options, credentials, endpoint, keys, store, instance, time, logger);
            }
            catch (TeleportException e) when (e.Code is ErrorCode.Unavailable or ErrorCode.Limit)
            {
                LogWaiting(logger, e.Message);
                await backoff.WaitAsync(cancellationToken);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _renewal;
        await Audit.DisposeAsync();
        await Cluster.DisposeAsync();
        await Auth.DisposeAsync();
        _stop.Dispose();
    }

    private static async Task<JoinTarget> TargetAsync(InstanceOptions instance, IRendezvous rendezvous, CancellationToken cancellationToken)
    {
        if (instance.AuthServers.Count == 0 && rendezvous.IsEnabled("auth"))
        {
            LocalAuthOffer offer = await rendezvous.WaitAsync<LocalAuthOffer>(cancellationToken);
            var address = new NetworkAddress(offer.EndPoint.Address.ToString(), offer.EndPoint.Port);
            return new JoinTarget([new AuthEndpoint(address, AuthRoute.Direct, "")], offer.JoinToken, offer.CaPins, offer.ClusterName);
        }

        IEnumerable<NetworkAddress> servers = instance.AuthServers.Count > 0
            ? instance.AuthServers
            : [new NetworkAddress("127.0.0.1", AuthProtocol.DefaultPort)];
        return new JoinTarget(JoinTarget.WaysTo(servers), instance.AuthToken, instance.CaPins, null);
    }

    /// <summary>Tries the stored identity on each way to the cluster; <c>null</c>: there is none, or it is of another cluster.</summary>
    private static async Task<(HostCredentials, AuthEndpoint)?> TakeUpAsync(HostCredentials? stored, JoinTarget target, CancellationToken cancellationToken)
    {
        // The cluster was made anew, or this host is to join another one: the stored identity is of no use there.
        if (stored is null
            || (target.ClusterName is { } cluster && cluster != stored.Identity.ClusterName)
            || (target.Pins.Count > 0 && !stored.IsPinned(target.Pins)))
        {
            return null;
        }

        TeleportException? failure = null;
        foreach (AuthEndpoint way in target.Addresses)
        {
            AuthEndpoint endpoint = way with { ClusterName = stored.Identity.ClusterName };
            await using AuthClient client = AuthClient.Create(endpoint, stored.Tls, stored.TlsRoots);
            try
            {
                await client.Cluster.PingAsync(new PingRequest(), cancellationToken: cancellationToken);
                return (stored, endpoint);
            }
            catch (TeleportException e)
            {
                failure ??= e;
            }
        }

        throw failure!;
    }

    private X509Certificate2Collection Roots()
    {
        X509Certificate2Collection current = Cluster is null ? [] : Cluster.Current.HostAuthorities.TlsRoots;
        return current.Count > 0 ? current : _credentials.TlsRoots;
    }

    private async Task RenewAsync()
    {
        var backoff = new Backoff(Time);
        try
        {
            while (true)
            {
                HostCredentials credentials = _credentials;
                DateTimeOffset due = credentials.Begins + ((credentials.Identity.Expires - credentials.Begins) * (2.0 / 3.0));
                TimeSpan wait = due - Time.GetUtcNow();
                if (wait > TimeSpan.Zero)
                {
                    // In steps, since a delay of many days is more than a timer takes.
                    await Task.Delay(wait < TimeSpan.FromHours(12) ? wait : TimeSpan.FromHours(12), Time, _stop.Token);
                    continue;
                }

                await RenewOnceAsync(backoff);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    private async Task RenewOnceAsync(Backoff backoff)
    {
        try
        {
            HostCertificates answer = await Auth.Join.RenewAsync(
                new RenewRequest
                {
                    AdditionalPrincipals = { _options.Principals },
                    DnsNames = { _options.DnsNames },
                    PublicTlsKey = Google.Protobuf.ByteString.CopyFrom(_keys.TlsPublicKeyInfo),
                    PublicSshKey = Google.Protobuf.ByteString.CopyFrom(_keys.SshPublicKey.Blob.Span),
                },
                cancellationToken: _stop.Token);
            HostCredentials renewed = HostCredentials.Of(answer, _keys);
            _store.Save(renewed);
            _credentials = renewed;
            backoff.Reset();
            LogRenewed(renewed.Identity.Expires);
        }
        catch (Exception e) when (e is TeleportException or IOException)
        {
            LogRenewalFailed(_credentials.Identity.Expires, e.Message);
            await backoff.WaitAsync(_stop.Token);
        }
    }

    [LoggerMessage(1102, LogLevel.Warning, "The cluster cannot be reached yet: {Reason} It is tried again.")]
    private static partial void LogWaiting(ILogger logger, string reason);

    [LoggerMessage(1103, LogLevel.Information, "Renewed this host's certificates until {Expires}.")]
    private partial void LogRenewed(DateTimeOffset expires);

    [LoggerMessage(1104, LogLevel.Warning, "This host's certificates, which end at {Expires}, could not be renewed: {Reason} It is tried again.")]
    private partial void LogRenewalFailed(DateTimeOffset expires, string reason);
}
