using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Agent;
using Teleport.Node.Connections;
using Teleport.Node.Forwarding;
using Teleport.Node.Processes;
using Teleport.Pki;
using Teleport.Pki.Authorities;
using Teleport.Pki.Issuing;
using Teleport.Ssh;
using Teleport.Ssh.Keys;

namespace Teleport.Node.Tests;

/// <summary>A node on loopback with a cluster of its own: authorities, roles, settings, and an audit log that the test reads.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    public const string ClusterName = "test.example";
    public const string Hostname = "node-1";

    private readonly CertAuthority _userCa = AuthorityFactory.Create(AuthorityType.User, ClusterName, null, TimeProvider.System);
    private readonly CertAuthority _hostCa = AuthorityFactory.Create(AuthorityType.Host, ClusterName, null, TimeProvider.System);
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly DescriptorLoop _descriptors = new();
    private readonly AgentSockets _agents = new();
    private readonly NodeServer _server;
    private readonly Task _listening;
    private volatile ClusterSnapshot _cluster;

    public TestNode(NodeOptions? options = null, NetworkingConfigSpec? networking = null, params Role[] roles)
    {
        using AuthoritySigner hostSigner = AuthoritySigner.Load(_hostCa);
        UserSigner = AuthoritySigner.Load(_userCa);
        HostSigner = AuthoritySigner.Load(_hostCa);
        SshPrivateKey hostKey = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        SshCredential host = SshCredential.FromCertificate(hostKey, HostCertificate(hostKey, SystemRole.Node, HostId, [Hostname, "localhost", "127.0.0.1"]));
        _cluster = new ClusterSnapshot
        {
            ClusterName = ClusterName,
            Roles = roles.ToImmutableDictionary(static role => role.Metadata.Name),
            UserAuthorities = TrustedAuthorities.Of([_userCa], AuthorityType.User),
            HostAuthorities = TrustedAuthorities.Of([_hostCa], AuthorityType.Host),
            Networking = networking ?? new NetworkingConfigSpec(),
        };
        var self = new Server
        {
            Metadata = new ResourceMetadata { Name = HostId.ToString(), Labels = new Dictionary<string, string> { ["env"] = "test" } },
            Spec = new ServerSpec { Hostname = Hostname, Addr = "127.0.0.1:3022" },
        };
        Context = new NodeContext
        {
            Options = options ?? new NodeOptions(),
            Instance = new InstanceOptions
            {
                Nodename = Hostname, DataDir = "/nonexistent", Version = "0.0.1", ExecutablePath = Path.Combine(HostOutput.Folder, "teleport"),
            },
            Cluster = () => _cluster,
            Self = () => self,
            HostCredential = () => host,
            Audit = Events.Enqueue,
            Recorder = Recorder,
            Descriptors = _descriptors,
            Spawner = new Spawner(_descriptors, HostOutput.Spawn),
            AgentSockets = _agents,
            Time = TimeProvider.System,
            Loggers = NullLoggerFactory.Instance,
        };
        _server = new NodeServer(Context);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _listening = _server.ListenAsync(_listener, _stop.Token, _abort.Token);
    }

    public static Guid HostId { get; } = Guid.NewGuid();

    public static string Login => Environment.UserName;

    public NodeContext Context { get; }

    public NodeServer Server => _server;

    public AuthoritySigner UserSigner { get; }

    public AuthoritySigner HostSigner { get; }

    public ConcurrentQueue<AuditEvent> Events { get; } = new();

    public MemoryRecorder Recorder { get; } = new();

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public string HostAuthorityLine => $"@cert-authority * {HostSigner.Ssh.PublicKey.ToAuthorizedKeysLine()}";

    /// <summary>A role that allows logins on every node.</summary>
    public static Role AllowRole(string name, RoleOptions? options = null, params string[] logins) => new()
    {
        Metadata = new ResourceMetadata { Name = name },
        Spec = new RoleSpec
        {
            Options = options ?? new RoleOptions { ForwardAgent = true },
            Allow = new RoleConditions { Logins = [.. logins], NodeLabels = new Dictionary<string, StringList> { ["*"] = ["*"] } },
        },
    };

    public static UserIdentity Identity(params string[] principals) => new()
    {
        UserName = "alice",
        ClusterName = ClusterName,
        Roles = ["dev"],
        Principals = principals,
        PermitPty = true,
        PermitPortForwarding = true,
        PermitAgentForwarding = true,
        Expires = DateTimeOffset.UtcNow.AddHours(1),
    };

    public void Change(Func<ClusterSnapshot, ClusterSnapshot> change) => _cluster = change(_cluster);

    public SshCertificate Certificate(SshPublicKey key, UserIdentity identity) => UserCertificateIssuer.Issue(
        UserSigner, new UserCertificateRequest { Identity = identity, SshKey = key, NotBefore = DateTimeOffset.UtcNow - CertificateTimes.Skew }).Ssh;

    public SshCertificate HostCertificate(SshPrivateKey key, SystemRole role, Guid hostId, IReadOnlyList<string> principals) => HostCertificateIssuer.Issue(
        HostSigner,
        new HostCertificateRequest
        {
            Identity = new HostIdentity
            {
                HostId = hostId.ToString(), ClusterName = ClusterName, Role = role, Principals = principals, Expires = DateTimeOffset.UtcNow.AddHours(1),
            },
            SshKey = key.PublicKey,
            NotBefore = DateTimeOffset.UtcNow - CertificateTimes.Skew,
        }).Ssh;

    /// <summary>Logs in by our own client.</summary>
    public async Task<SshConnection> ConnectAsync(UserIdentity identity, Socket? socket = null)
    {
        if (socket is null)
        {
            socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(IPAddress.Loopback, Port);
        }

        SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        return await SshConnection.ConnectAsync(socket, new SshClientOptions
        {
            UserName = identity.Principals[0],
            Credentials = [SshCredential.FromCertificate(key, Certificate(key.PublicKey, identity))],
            HostKeyVerifier = new CertificateAuthorityVerifier([HostSigner.Ssh.PublicKey], ["localhost"]),
        }).WaitAsync(TimeSpan.FromSeconds(30));
    }

    /// <summary>Waits for an event of a type that fulfils a condition.</summary>
    public async Task<TEvent> EventAsync<TEvent>(Func<TEvent, bool>? condition = null)
        where TEvent : AuditEvent
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            if (Events.OfType<TEvent>().FirstOrDefault(condition ?? (static _ => true)) is { } found)
            {
                return found;
            }

            Assert.False(limit.IsCancellationRequested, $"No {typeof(TEvent).Name} among: {string.Join(", ", Events.Select(static e => e.ToString()))}");
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _listening;
        await _abort.CancelAsync();
        await _server.DrainAsync().WaitAsync(TimeSpan.FromSeconds(30));
        _listener.Dispose();
        _agents.Dispose();
        _descriptors.Dispose();
        UserSigner.Dispose();
        HostSigner.Dispose();
        _stop.Dispose();
        _abort.Dispose();
    }
}
