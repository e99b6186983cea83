using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Teleport.Proxy.Callbacks;
using Teleport.Proxy.WebApi;
using Teleport.Proxy.WebUi;

namespace Teleport.Proxy.Web;

/// <summary>The HTTP server behind the front door: web API and web pages.</summary>
internal sealed class WebServer : IAsyncDisposable
{
    private const int MaxBodyBytes = 64 * 1024;
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(5);
    private readonly WebApplication _app;

    private WebServer(WebApplication app) => _app = app;

    /// <summary>Builds the server; nothing listens yet.</summary>
    public static WebServer Create(WebConnections connections, WebApiServices api, WebPages pages, CallbackForwarder callbacks, bool trustedCertificate, ILoggerFactory loggers)
    {
        // Empty: neither the environment nor files may add listeners or middleware.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<ILoggerFactory>(new QuietLoggerFactory(loggers));
        builder.Services.AddRoutingCore();
        builder.Services.AddRateLimiter(WebRateLimits.Configure);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(Configure);
        builder.Services.AddSingleton<IConnectionListenerFactory>(connections);
        WebApplication app = builder.Build();
        app.Use((context, next) =>
        {
            SecurityHeaders.Apply(context.Response.Headers, trustedCertificate);
            return next(context);
        });
        app.Use(WebErrors.HandleAsync);
        app.UseRouting();
        app.UseRateLimiter();
        api.Map(app.MapGroup("/webapi"));
        api.Map(app.MapGroup("/v1/webapi"));
        pages.Map(app);
        CallbackEndpoints.Map(app, callbacks);
        app.MapFallback("{**path}", WebErrors.NotFoundAsync);
        return new WebServer(app);
    }

    public Task StartAsync(CancellationToken cancellationToken) => _app.StartAsync(cancellationToken);

    /// <summary>Lets requests that run finish, for a moment.</summary>
    public async Task StopAsync(CancellationToken abort)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(abort);
        timeout.CancelAfter(ShutdownTimeout);
        await _app.StopAsync(timeout.Token);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.AllowSynchronousIO = false;
        kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
        kestrel.Limits.MaxRequestHeaderCount = 64;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        kestrel.Limits.MaxRequestLineSize = 4 * 1024;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(60);
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(240, TimeSpan.FromSeconds(5));
        kestrel.Limits.Http2.MaxStreamsPerConnection = 100;
        kestrel.Listen(WebConnections.Address, static listen => listen.Protocols = HttpProtocols.Http1AndHttp2);
    }
}
