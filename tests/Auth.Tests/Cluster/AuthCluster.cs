using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Core;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Plugins;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Abstractions.Storage;
using Teleport.Api;
using Teleport.Api.Audit.V1;
using Teleport.Api.Join.V1;
using Teleport.Api.Login.V1;
using Teleport.Api.Resources.V1;
using Teleport.Api.Tokens.V1;
using Teleport.Api.Users.V1;
using Teleport.Auth.Options;
using Teleport.Pki.Files;

namespace Teleport.Auth.Tests.Cluster;

/// <summary>An auth role in this process, reached over real TLS.</summary>
internal sealed class AuthCluster : IAsyncDisposable
{
    public const string Name = "lab.example";
    public const string Password = "correct horse battery";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _abort = new();
    private readonly List<AuthClient> _clients = [];
    private readonly bool _ownsFolder;
    private Task _running = Task.CompletedTask;
    private JoinedHost? _proxy;

    private AuthCluster(TestInstance instance, ShiftedTime time, bool ownsFolder) => (Instance, Time, _ownsFolder) = (instance, time, ownsFolder);

    public TestInstance Instance { get; }

    public ShiftedTime Time { get; }

    public LocalAuthOffer Offer => Instance.Find<LocalAuthOffer>()!;

    public X509Certificate2Collection Roots { get; private set; } = [];

    /// <summary>The administrator of the auth server's own host, as tctl finds itself.</summary>
    public AuthClient Admin { get; private set; } = null!;

    public static async Task<AuthCluster> StartAsync(
        AuthOptions? options = null, string? dataDir = null, IBackend? sharedBackend = null, Action<TestInstance>? prepare = null)
    {
        bool owns = dataDir is null;
        dataDir ??= Directory.CreateTempSubdirectory("teleport-auth-").FullName;
        var time = new ShiftedTime();
        var instance = new TestInstance(dataDir, time) { SharedBackend = sharedBackend };
        prepare?.Invoke(instance);
        var cluster = new AuthCluster(instance, time, owns);
        await cluster.RunAsync(options ?? new AuthOptions());
        return cluster;
    }

    public AuthClient Client(X509Certificate2? certificate)
    {
        AuthClient client = AuthClient.Create(new AuthEndpoint(new NetworkAddress("127.0.0.1", Offer.EndPoint.Port), AuthRoute.Direct, Name), certificate, Roots);
        _clients.Add(client);
        return client;
    }

    public async Task<JoinedHost> JoinAsync(SystemRole role, Action<JoinRequest>? change = null, HostKeyPair? keys = null)
    {
        keys ??= HostKeyPair.Generate();
        var request = new JoinRequest
        {
            HostId = Guid.NewGuid().ToString("D"),
            NodeName = $"{role}-{Guid.NewGuid():N}".ToLowerInvariant(),
            Role = role.ToString(),
            PublicSshKey = ByteString.CopyFrom(keys.Ssh.PublicKey.Blob.Span),
            PublicTlsKey = ByteString.CopyFrom(keys.TlsPublicKey),
        };
        request.Token = await TokenAsync(role);
        change?.Invoke(request);
        HostCertificates certificates = await Client(null).Join.JoinAsync(request);
        return new JoinedHost(this, request.HostId, keys, certificates);
    }

    /// <summary>A dynamic token.</summary>
    public async Task<string> TokenAsync(params SystemRole[] roles) =>
        (await Admin.Tokens.CreateTokenAsync(new CreateTokenRequest { Roles = { roles.Select(static r => r.ToString()) } })).Token;

    /// <summary>A proxy that has joined; the same one every time.</summary>
    public async Task<JoinedHost> ProxyAsync() => _proxy ??= await JoinAsync(SystemRole.Proxy);

    public async Task<InvitationLink> CreateUserAsync(string name, params string[] roles) => await Admin.Users.CreateUserAsync(new CreateUserRequest
    {
        Name = name, Roles = { roles }, Traits = { ["logins"] = new Values { Values_ = { "root", name } } },
    });

    /// <summary>Creates a user and sets a password and, unless they are off, a second factor.</summary>
    public async Task<TestUser> UserAsync(string name, params string[] roles)
    {
        InvitationLink link = await CreateUserAsync(name, roles);
        JoinedHost proxy = await ProxyAsync();
        Invitation invitation = await proxy.Client.Login.GetInvitationAsync(new GetInvitationRequest { Token = link.Token });
        var user = new TestUser(this, name, invitation.OtpUri);
        await proxy.Client.Login.AcceptInvitationAsync(new AcceptInvitationRequest { Token = link.Token, Password = Password, OtpCode = user.Code() });
        return user;
    }

    public async Task<List<System.Text.Json.JsonElement>> EventsAsync(params string[] types)
    {
        SearchResponse found = await Admin.Audit.SearchAsync(new SearchRequest { Events = { types }, Limit = 1000 });
        return [.. found.Events.Select(static e => System.Text.Json.JsonDocument.Parse(e.Memory).RootElement)];
    }

    public static async Task<List<T>> ListAsync<T>(AuthClient client, string kind, bool withSecrets = false)
        where T : Resource
    {
        var all = new List<T>();
        using AsyncServerStreamingCall<ResourceDocument> call = client.Resources.List(new ListRequest { Kind = kind, WithSecrets = withSecrets });
        while (await call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(Patience))
        {
            all.Add((T)ResourceJson.Deserialize(kind, call.ResponseStream.Current.Json.Span));
        }

        return all;
    }

    public async Task StopAsync()
    {
        foreach (AuthClient client in _clients)
        {
            await client.DisposeAsync();
        }

        _clients.Clear();
        await Instance.DrainAsync();
        await _running.WaitAsync(Patience);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _abort.CancelAsync();
        _abort.Dispose();
        Instance.Dispose();
        if (_ownsFolder)
        {
            Directory.Delete(Instance.DataDir, recursive: true);
        }
    }

    private async Task RunAsync(AuthOptions options)
    {
        var role = new AuthServiceRole(
            options with { ClusterName = options.ClusterName ?? Name, ListenAddr = new NetworkAddress("127.0.0.1", 0) }, Instance);
        _running = role.RunAsync(Instance, _abort.Token);
        Task first = await Task.WhenAny(_running, Instance.Ready).WaitAsync(Patience);
        await first;
        IdentityFile identity = IdentityFile.Load(Path.Combine(Instance.DataDir, "proc", "admin.identity"));
        Roots = identity.OpenTlsAuthorities();
        Admin = Client(identity.OpenTlsCertificate());
    }
}
