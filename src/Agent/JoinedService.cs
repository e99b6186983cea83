using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Plugins;
using Teleport.Abstractions.Security;
using Teleport.Agent.Joining;
using Teleport.Agent.Spooling;
using Teleport.Api;
using Teleport.Api.Audit.V1;
using Teleport.Ssh.Keys;

namespace Teleport.Agent;

/// <summary>A service that is a member of a cluster: its credentials, which renew themselves, the auth service, and a copy of the state.</summary>
public sealed class JoinedService : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _renewal;
    private readonly AuthClientOptions _way;
    private volatile HostCredentials _credentials;

    private JoinedService(HostCredentials credentials, AuthClientOptions way, JoinOptions options, Renewal renewal, EmitterOptions audit)
    {
        (_credentials, Time, Logger, Health) = (credentials, audit.Time, audit.Logger, audit.Health);
        ThroughProxy = way.Endpoint.Route == AuthRoute.ThroughProxy;
        _way = way;
        Auth = AuthClient.Create(way with { ClientCertificate = () => _credentials.Tls, Roots = Roots });
        // The spool first: it is what can fail, and nothing runs yet.
        Audit = new AuditEmitter(audit, SendAsync);
        Cluster = new ClusterCache(Auth.Resources, credentials.Identity.ClusterName, options.WatchedKinds, audit.Time, audit.Logger);
        _renewal = Task.Run(() => RenewAsync(renewal));
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

    internal ILogger Logger { get; }

    internal ServiceHealth Health { get; }

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

        var requests = new JoinRequests(options, hostId, instance.Nodename, keys);
        var web = new WebJoin(static () => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        var joiner = new Joiner(requests, web, instance.Insecure, logger);
        var store = new IdentityStore(instance.DataDir, options.Role, time, logger);
        JoinTarget target = await JoinTarget.OfAsync(instance, services.GetRequiredService<IRendezvous>(), cancellationToken);
        var membership = new Membership(target, joiner, store, time, logger);
        (HostCredentials credentials, AuthEndpoint endpoint) = await membership.EnterAsync(store.Load(hostId, keys), cancellationToken);

        var health = new ServiceHealth();
        return new JoinedService(
            credentials,
            new AuthClientOptions { Endpoint = endpoint, Roots = () => credentials.TlsRoots, Dial = target.DialerOf(endpoint) },
            options,
            new Renewal(requests, membership, store, time, health, logger),
            new EmitterOptions
            {
                Folder = Path.Combine(instance.DataDir, "log", "spool", options.Role.ToString().ToLowerInvariant()),
                ClusterName = credentials.Identity.ClusterName,
                Time = time,
                Logger = logger,
                Health = health,
            });
    }

    /// <summary>Opens the auth service by another certificate, on the same way. Whoever calls disposes it.</summary>
    /// <param name="certificate">Asked for at each new connection.</param>
    public AuthClient OpenAuth(Func<X509Certificate2?> certificate) => AuthClient.Create(_way with { ClientCertificate = certificate, Roots = Roots });

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

    // Of this cluster only: the authority of another one that is trusted vouches for no auth server of ours.
    private X509Certificate2Collection Roots()
    {
        ClusterSnapshot? cluster = Cluster?.Current;
        X509Certificate2Collection heard = cluster is null
            ? []
            : [.. cluster.HostAuthorities.TlsRoots.Where(root => cluster.HostAuthorities.FindCluster(root) == ClusterName)];
        return heard.Count > 0 ? heard : _credentials.TlsRoots;
    }

    private async Task SendAsync(EmitRequest request, CancellationToken cancellationToken) =>
        await Auth.Audit.EmitAsync(request, cancellationToken: cancellationToken);

    private async Task RenewAsync(Renewal renewal)
    {
        try
        {
            await renewal.RunAsync(Auth, () => _credentials, renewed => _credentials = renewed, _stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The service stops.
        }
    }
}
