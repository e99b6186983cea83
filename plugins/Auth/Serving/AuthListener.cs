using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Teleport.Api;
using Teleport.Auth.Startup;

namespace Teleport.Auth.Serving;

/// <summary>The listener of the API: gRPC over TLS, where the client certificate says who calls.</summary>
internal sealed class AuthListener : IAsyncDisposable
{
    private const int MaxStreamsPerConnection = 100;
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);
    private readonly WebApplication _application;

    private AuthListener(WebApplication application) => _application = application;

    /// <summary>The parts behind the API.</summary>
    public IServiceProvider Services => _application.Services;

    /// <summary>Where it listens, with the port that was given to it.</summary>
    public IPEndPoint EndPoint { get; private set; } = new(IPAddress.None, 0);

    public static AuthListener Create(AuthListenerOptions options, Action<IServiceCollection> addServices, Action<WebApplication> map)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = options.MaxConnections;
            kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
            kestrel.Limits.Http2.MaxStreamsPerConnection = MaxStreamsPerConnection;
            kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
            kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(30);
            kestrel.Listen(options.EndPoint, listener =>
            {
                listener.Protocols = HttpProtocols.Http2;
                listener.UseHttps(new TlsHandshakeCallbackOptions
                {
                    HandshakeTimeout = HandshakeTimeout,
                    OnConnection = context => ValueTask.FromResult(TlsOptions(options, context.Connection)),
                });
            });
        });
        builder.Services.AddSingleton(options.LoggerFactory);
        builder.Services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = AuthProtocol.MaxMessageBytes;
            grpc.MaxSendMessageSize = AuthProtocol.MaxMessageBytes;
            grpc.EnableDetailedErrors = false;
            grpc.Interceptors.Add<CallerInterceptor>();
        });
        addServices(builder.Services);
        WebApplication application = builder.Build();
        map(application);
        return new AuthListener(application);
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _application.StartAsync(cancellationToken);
        string address = _application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        var uri = new Uri(address);
        EndPoint = new IPEndPoint(IPAddress.Parse(uri.Host.Trim('[', ']')), uri.Port);
    }

    /// <summary>Takes no new connections and waits for calls under way, until the token fires.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _application.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private static SslServerAuthenticationOptions TlsOptions(AuthListenerOptions options, ConnectionContext connection)
    {
        string remoteAddress = connection.RemoteEndPoint?.ToString() ?? "";
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = options.Identity.Current,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CipherSuitesPolicy = options.CipherSuites,
            ApplicationProtocols = [SslApplicationProtocol.Http2],
            // Asked for, not insisted on: joining needs none. What a caller without one may do is in the method table.
            ClientCertificateRequired = true,
            // The verifier builds the chain that counts; this one must neither trust the system's roots nor fetch anything.
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true,
            },
            // A resumed session would skip the callback below.
            AllowTlsResume = false,
            AllowRenegotiation = false,
#pragma warning disable CA5359 // The verdict is kept for every call instead: a refused peer hears why, and can do nothing.
            RemoteCertificateValidationCallback = (_, certificate, chain, _) =>
            {
                Peer peer = options.Verifier.Verify(certificate as X509Certificate2, chain?.ChainPolicy.ExtraStore ?? [], remoteAddress);
                connection.Features.Set(peer);
                // A certificate that is not good is accepted here and refused at every call, which can say why.
                return true;
            },
#pragma warning restore CA5359
        };
    }
}

/// <summary>What the listener needs.</summary>
internal sealed record AuthListenerOptions(
    IPEndPoint EndPoint,
    int MaxConnections,
    OwnIdentity Identity,
    PeerVerifier Verifier,
    CipherSuitesPolicy? CipherSuites,
    ILoggerFactory LoggerFactory);
