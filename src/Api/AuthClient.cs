using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Teleport.Api.Audit.V1;
using Teleport.Api.Certificates.V1;
using Teleport.Api.Cluster.V1;
using Teleport.Api.Join.V1;
using Teleport.Api.Login.V1;
using Teleport.Api.Presence.V1;
using Teleport.Api.Recordings.V1;
using Teleport.Api.Requests.V1;
using Teleport.Api.Resources.V1;
using Teleport.Api.Tokens.V1;
using Teleport.Api.Users.V1;

namespace Teleport.Api;

/// <summary>The client of the auth service, for everyone. Safe for use by several threads; connects at the first call and again when needed.</summary>
/// <remarks>Calls throw <see cref="Abstractions.Errors.TeleportException"/>, never <see cref="RpcException"/>; the caller's cancellation is an <see cref="OperationCanceledException"/>.</remarks>
public sealed class AuthClient : IAsyncDisposable
{
    private readonly GrpcChannel _channel;

    private AuthClient(AuthClientOptions options, IServerCheck check)
    {
        Endpoint = options.Endpoint;
        var dialer = new AuthDialer(options, check);
        _channel = GrpcChannel.ForAddress($"https://{AuthProtocol.ServerNameSuffix}", new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                ConnectCallback = (_, cancellationToken) => dialer.ConnectAsync(cancellationToken),
                // The dialer has its own, which names what it waited for.
                ConnectTimeout = Timeout.InfiniteTimeSpan,
                PooledConnectionLifetime = options.ConnectionLifetime,
                KeepAlivePingDelay = TimeSpan.FromSeconds(30),
                KeepAlivePingTimeout = TimeSpan.FromSeconds(20),
                KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
                EnableMultipleHttp2Connections = true,
                UseProxy = false,
                UseCookies = false,
                AllowAutoRedirect = false,
            },
            DisposeHttpClient = true,
            MaxReceiveMessageSize = AuthProtocol.MaxMessageBytes,
            MaxSendMessageSize = AuthProtocol.MaxMessageBytes,
            // Failed calls are reported to whoever called; trying again is that one's decision.
            MaxRetryAttempts = null,
        });
        CallInvoker invoker = _channel.CreateCallInvoker().Intercept(new ErrorInterceptor(options));
        Cluster = new ClusterService.ClusterServiceClient(invoker);
        Join = new JoinService.JoinServiceClient(invoker);
        Login = new LoginService.LoginServiceClient(invoker);
        Certificates = new CertificateService.CertificateServiceClient(invoker);
        Resources = new ResourceService.ResourceServiceClient(invoker);
        Users = new UserService.UserServiceClient(invoker);
        Tokens = new TokenService.TokenServiceClient(invoker);
        Presence = new PresenceService.PresenceServiceClient(invoker);
        Audit = new AuditService.AuditServiceClient(invoker);
        Recordings = new RecordingService.RecordingServiceClient(invoker);
        AccessRequests = new AccessRequestService.AccessRequestServiceClient(invoker);
    }

    /// <summary>Where it connects to.</summary>
    public AuthEndpoint Endpoint { get; }

    /// <summary>What the cluster is.</summary>
    public ClusterService.ClusterServiceClient Cluster { get; }

    /// <summary>Becoming a member.</summary>
    public JoinService.JoinServiceClient Join { get; }

    /// <summary>Logins, for proxies.</summary>
    public LoginService.LoginServiceClient Login { get; }

    /// <summary>Further certificates.</summary>
    public CertificateService.CertificateServiceClient Certificates { get; }

    /// <summary>Resources of every kind.</summary>
    public ResourceService.ResourceServiceClient Resources { get; }

    /// <summary>Invitations of users.</summary>
    public UserService.UserServiceClient Users { get; }

    /// <summary>Join tokens.</summary>
    public TokenService.TokenServiceClient Tokens { get; }

    /// <summary>Announcements of servers.</summary>
    public PresenceService.PresenceServiceClient Presence { get; }

    /// <summary>The audit log.</summary>
    public AuditService.AuditServiceClient Audit { get; }

    /// <summary>Recordings.</summary>
    public RecordingService.RecordingServiceClient Recordings { get; }

    /// <summary>Access requests, and what access plugins do.</summary>
    public AccessRequestService.AccessRequestServiceClient AccessRequests { get; }

    /// <summary>Makes a client that trusts only servers of the endpoint's cluster that one of the roots vouches for.</summary>
    public static AuthClient Create(AuthClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(options.Endpoint.ClusterName);
        return new AuthClient(options, new RootsCheck(options.Roots, AuthProtocol.ServerName(options.Endpoint.ClusterName)));
    }

    /// <summary>Makes a client with a certificate and roots that stay.</summary>
    /// <param name="endpoint">Where the auth service is.</param>
    /// <param name="clientCertificate">With its key; <c>null</c>: anonymous, which is good for joining only.</param>
    /// <param name="roots">Certificates of the cluster's host authority.</param>
    public static AuthClient Create(AuthEndpoint endpoint, X509Certificate2? clientCertificate, X509Certificate2Collection roots) =>
        Create(new AuthClientOptions { Endpoint = endpoint, ClientCertificate = () => clientCertificate, Roots = () => roots });

    /// <summary>Asks whoever answers for the certificates of its host authority. Nothing is verified: compare the answer with a pin before anything secret is sent.</summary>
    /// <exception cref="Abstractions.Errors.TeleportException">Code <c>unavailable</c>: there is no auth server, and what was found there instead.</exception>
    public static async Task<GetAuthorityResponse> FetchAuthorityAsync(AuthEndpoint endpoint, CancellationToken cancellationToken)
    {
        var options = new AuthClientOptions { Endpoint = endpoint, Roots = static () => [] };
        await using var client = new AuthClient(options, new NoCheck());
        return await client.Join.GetAuthorityAsync(new GetAuthorityRequest(), cancellationToken: cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _channel.Dispose();
        return ValueTask.CompletedTask;
    }
}
