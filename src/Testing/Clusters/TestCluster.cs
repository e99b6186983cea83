using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Plugins;
using Teleport.Api;
using Teleport.Api.Login.V1;
using Teleport.Api.Users.V1;
using Teleport.Client.Auth;
using Teleport.Client.Profiles;
using Teleport.Hosting;
using Teleport.Hosting.Configuration;
using Teleport.Pki.Files;
using Teleport.Ssh.Keys;

namespace Teleport.Testing.Clusters;

/// <summary>A whole cluster in the process of the test: real sockets on loopback, real certificates, a data folder that goes with it.</summary>
/// <example>
/// <code>
/// await using TestCluster cluster = await TestCluster.StartAsync(new() { PluginsFolder = "out/Debug/plugins" }, cancellationToken);
/// TestUser alice = await cluster.AddUserAsync("alice", ["access"], [Environment.UserName], cancellationToken);
/// await using NodeConnection node = await alice.ConnectAsync("node1", Environment.UserName, cancellationToken);
/// </code>
/// </example>
public sealed class TestCluster : IAsyncDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    private readonly DirectoryInfo _folder;
    private readonly NetworkAddress _ssh;

    private TestCluster(TestClusterOptions options, DirectoryInfo folder, TeleportHost host, NetworkAddress web, NetworkAddress ssh, AuthClient auth)
    {
        (Name, _folder, Host, WebAddress, _ssh, Auth) = (options.ClusterName, folder, host, web, ssh, auth);
    }

    /// <summary>The cluster's name.</summary>
    public string Name { get; }

    /// <summary>The host that runs it.</summary>
    public TeleportHost Host { get; }

    /// <summary>The proxy's web address.</summary>
    public NetworkAddress WebAddress { get; }

    /// <summary>The auth service, as an administrator. Owned by the cluster.</summary>
    public AuthClient Auth { get; }

    /// <summary>The data folder.</summary>
    public string DataDir => Path.Combine(_folder.FullName, "data");

    /// <summary>Starts a cluster and waits until all of its services are ready.</summary>
    /// <param name="options">What it is made of.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="TimeoutException">A service did not become ready in time; the message names it.</exception>
    public static async Task<TestCluster> StartAsync(TestClusterOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("teleport-test-");
        TeleportHost? host = null;
        try
        {
            (int auth, int web, int ssh, int tunnel) = (TestPorts.Next(), TestPorts.Next(), TestPorts.Next(), TestPorts.Next());
            string dataDir = Path.Combine(folder.FullName, "data");
            TeleportHostBuilder builder = TeleportHost.CreateBuilder()
                .UseConfiguration(Configuration(options, auth, web, ssh, tunnel))
                .UseFlags(new StartFlags { Roles = options.Roles, DataDir = dataDir })
                .UseLogging(options.Loggers);
            foreach (IPlugin plugin in options.Plugins)
            {
                builder.AddPlugin(plugin);
            }

            if (options.PluginsFolder is { } plugins)
            {
                builder.UsePluginsFolder(plugins);
            }

            host = builder.Build();
            await host.StartAsync(cancellationToken);
            await WaitReadyAsync(host, options.StartLimit, cancellationToken);
            AuthClient administrator = AuthConnections.TryOpenLocal(dataDir)
                ?? throw new InvalidOperationException("The auth service left no identity for its administrator. Is auth among the roles?");
            return new TestCluster(options, folder, host, new NetworkAddress("localhost", web), new NetworkAddress("localhost", ssh), administrator);
        }
        catch
        {
            if (host is not null)
            {
                await host.DisposeAsync();
            }

            folder.Delete(recursive: true);
            throw;
        }
    }

    /// <summary>Makes a user and certificates of an hour, without a password.</summary>
    /// <param name="name">The user.</param>
    /// <param name="roles">Names of roles, as <c>access</c>.</param>
    /// <param name="logins">Logins that the user may have where a role says <c>{{internal.logins}}</c>.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<TestUser> AddUserAsync(string name, IEnumerable<string> roles, IEnumerable<string> logins, CancellationToken cancellationToken)
    {
        var request = new CreateUserRequest { Name = name, Roles = { roles } };
        request.Traits["logins"] = new Values { Values_ = { logins } };
        await Auth.Users.CreateUserAsync(request, cancellationToken: cancellationToken);
        return await LogInAsync(name, cancellationToken);
    }

    /// <summary>Certificates of an hour for a user that exists.</summary>
    /// <param name="name">The user.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<TestUser> LogInAsync(string name, CancellationToken cancellationToken)
    {
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.EcdsaP256);
        UserCertificates answer = await Auth.Certificates.IssueUserAsync(
            new Api.Certificates.V1.IssueUserRequest { UserName = name, SshPublicKey = key.PublicKey.ToAuthorizedKeysLine(), TtlSeconds = 3600 },
            cancellationToken: cancellationToken);
        var identity = new IdentityFile
        {
            PrivateKey = key.ToPkcs8Pem(),
            SshCertificate = SshCertificate.Parse(answer.SshCertificate),
            TlsCertificate = answer.TlsCertificate,
            TlsAuthorities = [.. answer.HostAuthorities.SelectMany(static a => a.TlsCertificates)],
            SshAuthorities = [.. answer.HostAuthorities.SelectMany(static a => a.SshKeys.Select(line => new HostAuthorityLine(a.ClusterName, SshPublicKey.Parse(line))))],
        };
        var profile = new Profile { ProxyHost = WebAddress.Host, WebAddress = WebAddress, SshAddress = _ssh, User = name, Cluster = Name };
        return new TestUser(profile, ClientIdentity.Of(identity));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Auth.DisposeAsync();
        await Host.StopAsync(StopLimit, CancellationToken.None);
        await Host.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static async Task WaitReadyAsync(TeleportHost host, TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            await host.WaitReadyAsync(cancellationToken).WaitAsync(limit, cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException(
                $"The cluster was not ready within {limit.TotalSeconds:0} s: {string.Join("; ", host.Roles.Select(static r => $"{r.Name} is {r.State} ({r.Detail})"))}", e);
        }
    }

    private static string Configuration(TestClusterOptions options, int auth, int web, int ssh, int tunnel) =>
        $"""
        teleport:
          nodename: {options.NodeName}
        auth_service:
          cluster_name: {options.ClusterName}
          listen_addr: 127.0.0.1:{auth}
          authentication:
            type: local
            second_factor: off
        proxy_service:
          listen_addr: 127.0.0.1:{ssh}
          tunnel_listen_addr: 127.0.0.1:{tunnel}
          web_listen_addr: 127.0.0.1:{web}
          public_addr: localhost:{web}
          ssh_public_addr: localhost:{ssh}
          tunnel_public_addr: localhost:{tunnel}
        ssh_service:
          listen_addr: 127.0.0.1:{TestPorts.Next()}
        {options.Configuration}
        """;
}
