using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Core;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Api;
using Teleport.Api.Certificates.V1;
using Teleport.Api.Login.V1;
using Teleport.Api.Requests.V1;
using Teleport.Api.Resources.V1;
using Teleport.Auth.Tests.Cluster;

namespace Teleport.Auth.Tests.Requests;

/// <summary>A cluster with alice who may ask, bob and carol who may review, and mallory who may nothing.</summary>
internal sealed class RequestCluster(AuthCluster cluster) : IAsyncDisposable
{
    private readonly Dictionary<string, LoggedIn> _logins = [];

    public AuthCluster Cluster => cluster;

    public AuthClient Admin => cluster.Admin;

    public static async Task<RequestCluster> StartAsync(Teleport.Abstractions.Storage.IBackend? shared = null, bool populate = true, int approvals = 1)
    {
        var all = new RequestCluster(await AuthCluster.StartAsync(sharedBackend: shared));
        if (populate)
        {
            await all.PopulateAsync(approvals);
        }

        return all;
    }

    public static Role Role(string name, RoleConditions allow, RoleOptions? options = null) =>
        new() { Metadata = new ResourceMetadata { Name = name }, Spec = new RoleSpec { Allow = allow, Options = options ?? new RoleOptions() } };

    /// <summary>The user, logged in by password; the same login every time.</summary>
    public async Task<LoggedIn> LoginAsync(string name, params string[] roles)
    {
        if (!_logins.TryGetValue(name, out LoggedIn? login))
        {
            login = await (await cluster.UserAsync(name, roles)).LoginAsync();
            _logins[name] = login;
        }

        return login;
    }

    public async Task<AuthClient> ClientAsync(string name) => (await LoginAsync(name)).Client;

    public async Task<AccessRequest> AskAsync(Action<CreateAccessRequestRequest>? change = null)
    {
        var request = new CreateAccessRequestRequest { Roles = { "dba" }, Reason = "ticket 7" };
        change?.Invoke(request);
        return Read(await (await ClientAsync("alice")).AccessRequests.CreateAsync(request));
    }

    public async Task<AccessRequest> ReviewAsync(string who, string id, AccessRequestState state = AccessRequestState.Approved) =>
        Read(await (await ClientAsync(who)).AccessRequests.SubmitReviewAsync(new SubmitReviewRequest { Id = id, ProposedState = (int)state, Reason = "fine" }));

    public async Task<AccessRequest> GetAsync(string id) => Read(await Admin.AccessRequests.GetAsync(new GetAccessRequestRequest { Id = id }));

    /// <summary>Certificates of a login with these requests, and without those.</summary>
    public async Task<LoggedIn> AssumeAsync(LoggedIn login, IEnumerable<string>? ids = null, IEnumerable<string>? drop = null, long ttl = 0)
    {
        UserKey key = UserKey.Generate();
        UserCertificates issued = await login.Client.Certificates.IssueUserAsync(new IssueUserRequest
        {
            SshPublicKey = key.SshLine, AccessRequests = { ids ?? [] }, DropAccessRequests = { drop ?? [] }, TtlSeconds = ttl,
        });
        return new LoggedIn(cluster, key, issued);
    }

    /// <summary>A plugin with its own certificate, on a host of its own.</summary>
    public async Task<AuthClient> PluginAsync(string name = "slack", params string[] roles)
    {
        await Documents.UpsertAsync(Admin, new User
        {
            Metadata = new ResourceMetadata { Name = AccessPluginSettings.UserPrefix + name },
            Spec = new UserSpec { Roles = roles.Length > 0 ? [.. roles] : ["access-plugin-with-review"] },
        });
        JoinedHost host = await cluster.JoinAsync(SystemRole.Access);
        return cluster.Client(await PluginCertificateAsync(host, name));
    }

    public static async Task<X509Certificate2> PluginCertificateAsync(JoinedHost host, string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        IssuePluginCertificateResponse issued = await host.Client.AccessRequests.IssuePluginCertificateAsync(
            new IssuePluginCertificateRequest { Plugin = name, TlsPublicKey = ByteString.CopyFrom(key.ExportSubjectPublicKeyInfo()) });
        using X509Certificate2 certificate = X509Certificate2.CreateFromPem(issued.TlsCertificate);
        using X509Certificate2 withKey = certificate.CopyWithPrivateKey(key);
        // A key that outlives the one that made it.
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }

    public static AccessRequest Read(ResourceDocument document) => (AccessRequest)ResourceJson.Deserialize(document.Kind, document.Json.Span);

    /// <summary>The events of an audit type, waited for until there are so many.</summary>
    public async Task<List<System.Text.Json.JsonElement>> EventsAsync(string type, int count)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            List<System.Text.Json.JsonElement> events = await cluster.EventsAsync(type);
            if (events.Count >= count)
            {
                return events;
            }

            await Task.Delay(50, limit.Token);
        }
    }

    /// <summary>The next change of access requests that a watch tells.</summary>
    public static async Task<(WatchEvent.Types.Type Type, string Name, AccessRequest? Request)> NextAsync(AsyncServerStreamingCall<WatchEvent> watch)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        Assert.True(await watch.ResponseStream.MoveNext(limit.Token));
        WatchEvent change = watch.ResponseStream.Current;
        return (change.Type, change.Resource?.Name ?? "", change.Type == WatchEvent.Types.Type.Put ? Read(change.Resource!) : null);
    }

    public ValueTask DisposeAsync() => cluster.DisposeAsync();

    private async Task PopulateAsync(int approvals)
    {
        await Documents.CreateAsync(Admin, Role(
            "dba",
            new RoleConditions { Logins = ["postgres"], NodeLabels = new Dictionary<string, StringList> { ["env"] = ["lab"] }, Rules = [new RoleRule { Resources = ["token"], Verbs = ["list"] }] },
            new RoleOptions { MaxSessionTtl = "2h" }));
        await Documents.CreateAsync(Admin, Role("secret-role", new RoleConditions { Logins = ["root"] }));
        await Documents.CreateAsync(Admin, Role("dev", new RoleConditions
        {
            Logins = ["dev"],
            Request = new RequestConditions
            {
                Roles = ["dba"],
                SearchAsRoles = ["dba"],
                Thresholds = [new AccessThreshold { Approve = approvals }],
                Annotations = new Dictionary<string, StringList> { ["team"] = ["red"] },
            },
        }));
        await Documents.CreateAsync(Admin, Role("lead", new RoleConditions { ReviewRequests = new ReviewConditions { Roles = ["dba"], PreviewAsRoles = ["dba"] } }));
        await LoginAsync("alice", "dev");
        await LoginAsync("bob", "lead");
        await LoginAsync("carol", "lead");
        await LoginAsync("mallory", "access");
    }
}
