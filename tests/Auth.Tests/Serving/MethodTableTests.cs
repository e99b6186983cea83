using System.Security.Cryptography.X509Certificates;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Net.Client;
using Teleport.Abstractions.Security;
using Teleport.Api;
using Teleport.Auth.Tests.Cluster;

namespace Teleport.Auth.Tests.Serving;

/// <summary>Every kind of caller against every method: the table below was written by hand, from what each method is for.</summary>
public sealed class MethodTableTests(ClusterFixture fixture) : IClassFixture<ClusterFixture>
{
    private const string Everybody = "anonymous user Admin Auth Proxy Node App Db Kube Access";
    private const string Certified = "user Admin Auth Proxy Node App Db Kube Access";
    private const string Services = "Proxy Node App Db Kube Access";
    private const string People = "user Admin";

    private static readonly Dictionary<string, string> Expected = new()
    {
        ["ClusterService/Ping"] = Certified + " plugin",
        ["ClusterService/GetStatus"] = Certified,
        ["JoinService/GetAuthority"] = Everybody,
        ["JoinService/Join"] = "anonymous " + Services,
        ["JoinService/Renew"] = Services,
        ["LoginService/GetSettings"] = "Proxy",
        ["LoginService/Login"] = "Proxy",
        ["LoginService/GetInvitation"] = "Proxy",
        ["LoginService/AcceptInvitation"] = "Proxy",
        ["CertificateService/IssueUser"] = People,
        ["CertificateService/IssueHost"] = "Admin",
        ["CertificateService/ExportAuthorities"] = Certified,
        ["ResourceService/Get"] = Certified + " plugin",
        ["ResourceService/List"] = Certified + " plugin",
        ["ResourceService/Watch"] = Certified + " plugin",
        ["ResourceService/Create"] = People,
        ["ResourceService/Upsert"] = People,
        ["ResourceService/Delete"] = People,
        ["UserService/CreateUser"] = People,
        ["UserService/ResetUser"] = People,
        ["TokenService/CreateToken"] = People,
        ["TokenService/ListTokens"] = People,
        ["TokenService/DeleteToken"] = People,
        ["PresenceService/Announce"] = "Proxy Node",
        ["PresenceService/Withdraw"] = "Proxy Node",
        ["AuditService/Emit"] = Services,
        ["AuditService/Search"] = People,
        ["RecordingService/Upload"] = Services,
        ["RecordingService/GetUpload"] = Services,
        ["RecordingService/List"] = People,
        ["RecordingService/Download"] = People,
        ["AccessRequestService/Create"] = People,
        ["AccessRequestService/Get"] = People + " plugin",
        ["AccessRequestService/List"] = People + " plugin",
        ["AccessRequestService/SubmitReview"] = People + " plugin",
        ["AccessRequestService/SetState"] = People,
        ["AccessRequestService/Delete"] = People,
        ["AccessRequestService/GetCapabilities"] = People,
        ["AccessRequestService/SearchResources"] = "user",
        ["AccessRequestService/PreviewResources"] = People + " plugin",
        ["AccessRequestService/Explain"] = People,
        ["AccessRequestService/IssuePluginCertificate"] = "Access",
        ["AccessRequestService/GetPluginData"] = "Admin plugin",
        ["AccessRequestService/ListPluginData"] = "plugin",
        ["AccessRequestService/UpdatePluginData"] = "plugin",
        ["AccessRequestService/SubmitReviewFor"] = "plugin",
        ["AccessRequestService/SeenOnce"] = "plugin",
    };

    private static IEnumerable<MethodDescriptor> Methods => new FileDescriptor[]
    {
        Api.Cluster.V1.ClusterReflection.Descriptor, Api.Join.V1.JoinReflection.Descriptor, Api.Login.V1.LoginReflection.Descriptor,
        Api.Certificates.V1.CertificatesReflection.Descriptor, Api.Resources.V1.ResourcesReflection.Descriptor, Api.Users.V1.UsersReflection.Descriptor,
        Api.Tokens.V1.TokensReflection.Descriptor, Api.Presence.V1.PresenceReflection.Descriptor, Api.Audit.V1.AuditReflection.Descriptor,
        Api.Recordings.V1.RecordingsReflection.Descriptor, Api.Requests.V1.RequestsReflection.Descriptor,
    }.SelectMany(static f => f.Services).SelectMany(static s => s.Methods);

    [Fact]
    public void Table_EveryMethod_HasARow() =>
        Assert.Equal(Expected.Keys.Order(), Methods.Select(static m => $"{m.Service.Name}/{m.Name}").Order());

    [Theory]
    [InlineData("anonymous")]
    [InlineData("user")]
    [InlineData("plugin")]
    [InlineData("Admin")]
    [InlineData("Auth")]
    [InlineData("Proxy")]
    [InlineData("Node")]
    [InlineData("App")]
    [InlineData("Db")]
    [InlineData("Kube")]
    [InlineData("Access")]
    public async Task H26_CallerOfAKind_ReachesItsMethodsOnly(string kind)
    {
        Forge forge = await Forge.OfAsync(fixture.Cluster);
        X509Certificate2? certificate = kind switch
        {
            "anonymous" => null,
            "user" => forge.User("mallory"),
            "plugin" => forge.User("access-plugin-mallory", static user => user with { Usage = "access_plugin" }),
            _ => forge.Host(Enum.Parse<SystemRole>(kind)),
        };
        using GrpcChannel channel = OpenChannel(certificate);
        var wrong = new List<string>();
        foreach (MethodDescriptor method in Methods)
        {
            string name = $"{method.Service.Name}/{method.Name}";
            bool expected = Expected[name].Split(' ').Contains(kind);
            Status status = await CallAsync(channel, method);
            bool refusedAtTheDoor = status.Detail.Contains("may not call", StringComparison.Ordinal)
                || status.Detail.Contains("needs a client certificate", StringComparison.Ordinal);
            if (expected == refusedAtTheDoor || status.StatusCode is StatusCode.Internal or StatusCode.Unimplemented or StatusCode.Unknown)
            {
                wrong.Add($"{name} by {kind}: expected {(expected ? "admitted" : "refused")}, got {status}");
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task H26_ForgedIdentityInMetadata_ChangesNothing()
    {
        JoinedHost node = await fixture.Cluster.JoinAsync(SystemRole.Node);
        using GrpcChannel channel = OpenChannel(node.Tls);
        MethodDescriptor method = Methods.Single(static m => m.Name == "Login");
        var metadata = new Metadata
        {
            { "teleport-user", "alice" }, { "x-forwarded-client-cert", "CN=proxy" }, { "teleport-role", "Proxy" }, { "authorization", "Bearer admin" },
        };

        Status status = await CallAsync(channel, method, metadata);

        Assert.Equal(StatusCode.PermissionDenied, status.StatusCode);
    }

    // Every kind of method looks alike on the wire: one message in, then the end.
    private static async Task<Status> CallAsync(GrpcChannel channel, MethodDescriptor descriptor, Metadata? metadata = null)
    {
        Marshaller<byte[]> bytes = Marshallers.Create(static b => b, static b => b);
        var method = new Method<byte[], byte[]>(MethodType.DuplexStreaming, descriptor.Service.FullName, descriptor.Name, bytes, bytes);
        using AsyncDuplexStreamingCall<byte[], byte[]> call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(
            method, null, new CallOptions(metadata, TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(30)));
        try
        {
            await call.RequestStream.WriteAsync([]);
            await call.RequestStream.CompleteAsync();
            while (await call.ResponseStream.MoveNext(CancellationToken.None))
            {
            }

            return call.GetStatus();
        }
        catch (RpcException e)
        {
            return e.Status;
        }
        catch (InvalidOperationException)
        {
            // The answer came before the request was written.
            return call.GetStatus();
        }
    }

    private GrpcChannel OpenChannel(X509Certificate2? certificate)
    {
        var handler = new SocketsHttpHandler();
        handler.SslOptions.TargetHost = AuthProtocol.ServerName(AuthCluster.Name);
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, c, _, _) => c is not null;
        if (certificate is not null)
        {
            handler.SslOptions.ClientCertificates = [certificate];
        }

        return GrpcChannel.ForAddress(
            $"https://127.0.0.1:{fixture.Cluster.Offer.EndPoint.Port}", new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
    }
}
