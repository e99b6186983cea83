using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Resources;
using Teleport.Agent;
using Teleport.Api.Join.V1;
using Teleport.Api.Login.V1;
using Teleport.Proxy.Configuration;
using Teleport.Proxy.Tls;
using Teleport.Ssh;
using Teleport.Ssh.Keys;

namespace Teleport.Proxy.Tests.Fixtures;

/// <summary>A proxy that runs: true sockets on loopback, a cluster state of the test's making, and a fake auth service.</summary>
internal sealed class TestProxy : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();
    private readonly CancellationTokenSource _draining = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly ProxyListeners _listeners;
    private readonly ProxyComposition _composition;
    private readonly Task _accepting;
    private volatile ClusterSnapshot _snapshot;

    private TestProxy(ProxyOptions options, ConnectionLimits limits, TimeProvider time, IReadOnlyList<NetworkAddress> authServers)
    {
        Time = time;
        Authorities = new TestAuthorities(time);
        _snapshot = Authorities.Snapshot() with
        {
            Roles = ImmutableDictionary<string, Role>.Empty
                .Add("admin", RoleFor("admin", "*", "*"))
                .Add("dev", RoleFor("dev", "env", "dev")),
        };
        var instance = new InstanceOptions
        {
            Nodename = "proxyhost",
            DataDir = _folder.Root,
            ListenHost = "127.0.0.1",
            ConnectionLimits = limits,
            Version = "0.1.0",
            ExecutablePath = "/nonexistent",
        };
        _listeners = new ProxyListeners(options, instance, NullLoggerFactory.Instance);
        _listeners.Bind();
        var selfSigned = new SelfSignedPair(_folder.Root, ProxyAddresses.HostNames(options, instance), TimeProvider.System);
        Certificates = new WebCertificates(null, selfSigned, Timeout.InfiniteTimeSpan, TimeProvider.System, NullLogger.Instance);
        Certificates.Load();
        _composition = ProxyComposition.Create(
            new ProxyMembership
            {
                ClusterName = Authorities.Name,
                HostId = TestAuthorities.ProxyId,
                Cluster = () => _snapshot,
                Credential = () => Authorities.ProxyCredential,
                Login = new LoginService.LoginServiceClient(Auth),
                Join = new JoinService.JoinServiceClient(Auth),
                Emit = e =>
                {
                    lock (Events)
                    {
                        Events.Add(e);
                    }
                },
                Rendezvous = Rendezvous,
                AuthServers = () => authServers,
            },
            options, instance, _listeners.Addresses, Certificates, time, NullLoggerFactory.Instance, _draining.Token);
        _composition.StartAsync(CancellationToken.None).GetAwaiter().GetResult();
        _accepting = _listeners.AcceptAsync(_composition.Dispatcher, _draining.Token, _abort.Token);
    }

    public TestAuthorities Authorities { get; }

    /// <summary>Where other roles of the process would be.</summary>
    public TestRendezvous Rendezvous { get; } = new();

    public TimeProvider Time { get; }

    public FakeAuthInvoker Auth { get; } = new();

    public List<AuditEvent> Events { get; } = [];

    public WebCertificates Certificates { get; }

    public ProxyAddresses Addresses => _listeners.Addresses;

    public IPEndPoint Web => IPEndPoint.Parse(Addresses.WebListen);

    public IPEndPoint SshPort => IPEndPoint.Parse(Addresses.SshListen);

    public IPEndPoint TunnelPort => IPEndPoint.Parse(Addresses.TunnelListen);

    public int TunnelCount => _composition.Tunnels.Count;

    public ClusterSnapshot Snapshot { get => _snapshot; set => _snapshot = value; }

    public static TestProxy Start(
        Func<ProxyOptions, ProxyOptions>? configure = null,
        ConnectionLimits? limits = null,
        TimeProvider? time = null,
        params IReadOnlyList<NetworkAddress> authServers)
    {
        var options = new ProxyOptions
        {
            ListenAddr = new NetworkAddress("127.0.0.1", 0),
            TunnelListenAddr = new NetworkAddress("127.0.0.1", 0),
            WebListenAddr = new NetworkAddress("127.0.0.1", 0),
        };
        return new TestProxy(configure is null ? options : configure(options), limits ?? new ConnectionLimits(), time ?? TimeProvider.System, authServers);
    }

    /// <summary>Adds a node to the cluster's state.</summary>
    public Server AddNode(string hostname, string address, string env = "prod", bool tunnel = false, string? id = null)
    {
        var node = new Server
        {
            Metadata = new ResourceMetadata { Name = id ?? Guid.NewGuid().ToString("D"), Labels = new Dictionary<string, string> { ["env"] = env } },
            Spec = new ServerSpec { Hostname = hostname, Addr = tunnel ? "" : address, UseTunnel = tunnel },
        };
        _snapshot = _snapshot with { Nodes = _snapshot.Nodes.SetItem(node.Metadata.Name, node) };
        return node;
    }

    /// <summary>An HTTP client that trusts the proxy's certificate and no other.</summary>
    public HttpClient Http()
    {
        byte[] expected = Certificates.Choose(null).Certificate.RawData;
        var handler = new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate!.GetRawCertData().AsSpan().SequenceEqual(expected);
        var client = new HttpClient(handler) { BaseAddress = new Uri($"https://localhost:{Web.Port}"), Timeout = Patience };
        client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        return client;
    }

    /// <summary>A user's SSH connection to the proxy.</summary>
    public Task<SshConnection> ConnectAsync(SshCredential credential, string login = "root", IPEndPoint? port = null) =>
        ConnectAsync(new SshClientOptions
        {
            UserName = login,
            Credentials = [credential],
            HostKeyVerifier = new CertificateAuthorityVerifier(Authorities.HostKeys, ["127.0.0.1"], Time),
            Transport = SshTransportOptions.Default,
        }, port ?? SshPort);

    public static async Task<SshConnection> ConnectAsync(SshClientOptions options, IPEndPoint port)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(port).WaitAsync(Patience);
        return await SshConnection.ConnectAsync(socket, options, TestContext.Current.CancellationToken).WaitAsync(Patience);
    }

    /// <summary>An SSH connection of a user with the role admin.</summary>
    public Task<SshConnection> ConnectAsAdminAsync(string login = "root") =>
        ConnectAsync(Authorities.User(Authorities.Identity("alice", "admin")), login);

    /// <summary>Tells the proxy to drain and waits until it has.</summary>
    public async Task DrainAsync()
    {
        await _draining.CancelAsync();
        await _accepting.WaitAsync(Patience);
        await _composition.StopAsync(_abort.Token);
        await _listeners.WhenIdleAsync().WaitAsync(Patience);
    }

    public async ValueTask DisposeAsync()
    {
        await _draining.CancelAsync();
        await _abort.CancelAsync();
        await _accepting.WaitAsync(Patience);
        await _composition.StopAsync(CancellationToken.None).WaitAsync(Patience);
        await _listeners.WhenIdleAsync().WaitAsync(Patience);
        await _composition.DisposeAsync();
        _listeners.Dispose();
        Authorities.Dispose();
        _draining.Dispose();
        _abort.Dispose();
        _folder.Dispose();
    }

    private static Role RoleFor(string name, string label, string value) => new()
    {
        Metadata = new ResourceMetadata { Name = name },
        Spec = new RoleSpec { Allow = new RoleConditions { Logins = ["root"], NodeLabels = new Dictionary<string, StringList> { [label] = [value] } } },
    };
}
