using System.IO.Pipelines;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Teleport.Abstractions.AccessPlugins;
using Teleport.Delivery;

namespace Teleport.AccessPlugins.Callbacks;

/// <summary>Serves callbacks that proxies hand over, through a tunnel or within the process. Listens on no port.</summary>
internal sealed partial class CallbackServer : IAsyncDisposable
{
    private const int MaxBodyBytes = 1024 * 1024;

    private readonly StreamTransport _transport = new();
    private readonly Func<string, PluginRunner?> _find;
    private readonly ILogger _logger;
    private readonly WebApplication _app;

    public CallbackServer(Func<string, PluginRunner?> find, ILoggerFactory loggers)
    {
        (_find, _logger) = (find, loggers.CreateLogger<CallbackServer>());
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
            kestrel.Limits.MaxRequestHeaderCount = 64;
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(240, TimeSpan.FromSeconds(5));
            kestrel.Listen(StreamTransport.Address, static listen => listen.Protocols = HttpProtocols.Http1);
        });
        builder.Services.AddSingleton<IConnectionListenerFactory>(_transport);
        _app = builder.Build();
        _app.Run(HandleAsync);
    }

    public Task StartAsync(CancellationToken cancellationToken) => _app.StartAsync(cancellationToken);

    /// <summary>Serves a connection to its end.</summary>
    public Task ServeAsync(Stream stream, CancellationToken cancellationToken) => _transport.ServeAsync(new DuplexStream(stream), cancellationToken);

    /// <summary>Opens a connection from within the process.</summary>
    public async ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        (Stream near, IDuplexPipe far) = DuplexStream.Pair();
        await _transport.OfferAsync(far, cancellationToken);
        return near;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        string[] parts = (context.Request.Path.Value ?? "").Split('/', 4);
        if (parts is not ["", "plugins", { Length: > 0 } name, ..] || _find(name) is not { } runner)
        {
            // The proxy tells by it that another host may have the plugin.
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            context.Response.Headers["Teleport-No-Plugin"] = "1";
            return;
        }

        if (await ReadAsync(context) is not { } body)
        {
            context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            context.Response.Headers.Connection = "close";
            return;
        }

        CallbackAnswer answer = await runner.HandleAsync(
            new CallbackRequest
            {
                Method = context.Request.Method,
                Path = parts.Length > 3 ? "/" + parts[3] : "/",
                Query = context.Request.QueryString.Value ?? "",
                Headers = context.Request.Headers.ToDictionary(static h => h.Key, static h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
                Body = body,
                RemoteAddress = context.Request.Headers["Teleport-Client-Address"].ToString(),
            },
            context.RequestAborted);
        LogAnswered(name, context.Request.Method, answer.Status);
        context.Response.StatusCode = answer.Status;
        if (answer.Body.Length > 0)
        {
            context.Response.ContentType = answer.ContentType;
            await context.Response.Body.WriteAsync(answer.Body, context.RequestAborted);
        }
    }

    private static async Task<byte[]?> ReadAsync(HttpContext context)
    {
        try
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            return body.ToArray();
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return null;
        }
    }

    [LoggerMessage(7043, LogLevel.Debug, "A callback for {Plugin} ({Method}) is answered {Status}.")]
    private partial void LogAnswered(string plugin, string method, int status);
}
