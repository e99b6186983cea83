using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Plugins;
using Teleport.Hosting.Configuration;
using Teleport.Hosting.Plugins;
using Teleport.Hosting.Supervision;

namespace Teleport.Hosting.Diagnostics;

/// <summary>Tells monitoring whether this instance lives, whether it serves, and how much it does.</summary>
internal sealed class DiagnosticsServer : IAsyncDisposable
{
    private const int DefaultPort = 3000;
    private const int MaxConnections = 100;

    private readonly WebApplication _application;
    private readonly HostMetrics _metrics;

    private DiagnosticsServer(WebApplication application, HostMetrics metrics, IPEndPoint endPoint)
    {
        (_application, _metrics) = (application, metrics);
        EndPoint = endPoint;
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Starts to listen.</summary>
    /// <exception cref="ConfigurationException">The address cannot be used.</exception>
    public static async Task<DiagnosticsServer> StartAsync(
        NetworkAddress address, RoleBoard board, PluginCatalog catalog, IRendezvous rendezvous, CancellationToken cancellationToken)
    {
        try
        {
            // Empty: neither the environment nor files of the working directory may configure it, nor are these watched for changes.
            WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.Services.AddRoutingCore();
            builder.Services.AddOpenTelemetry().ConfigureResource(static resource => resource.AddService("teleport", serviceVersion: HostVersion.Text)).WithMetrics(static metrics => metrics
                .AddMeter("Teleport.*")
                .AddRuntimeInstrumentation()
                .AddPrometheusExporter());
            builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.Limits.MaxConcurrentConnections = MaxConnections;
                kestrel.Listen(address.ToListenEndPoint(DefaultPort));
            });
            // Signals are the command line's; a second listener for them would stop this server first.
            builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
            WebApplication application = builder.Build();
            application.UseRouting();
            Map(application, board, catalog, rendezvous);
            var metrics = new HostMetrics(board);
            await application.StartAsync(cancellationToken);
            return new DiagnosticsServer(application, metrics, EndPointOf(application));
        }
        catch (Exception e) when (e is IOException or SocketException or FormatException)
        {
            throw new ConfigurationException([$"Cannot serve diagnostics on {address}: {e.Message.TrimEnd('.')}. Choose another address by --diag-addr or teleport.diag_addr."]);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _metrics.Dispose();
    }

    private static void Map(WebApplication application, RoleBoard board, PluginCatalog catalog, IRendezvous rendezvous)
    {
        application.MapGet("/healthz", static context => WriteAsync(context, StatusCodes.Status200OK, """{"status":"ok"}"""u8.ToArray()));
        application.MapGet("/readyz", context =>
        {
            ReadinessReport report = ReadinessReport.Of(board, catalog, rendezvous);
            return WriteAsync(
                context,
                report.IsReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable,
                JsonSerializer.SerializeToUtf8Bytes(report, ReadinessJson.Default.ReadinessReport));
        });
        application.MapPrometheusScrapingEndpoint("/metrics");
    }

    private static Task WriteAsync(HttpContext context, int status, byte[] json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.Body.WriteAsync(json, context.RequestAborted).AsTask();
    }

    private static IPEndPoint EndPointOf(WebApplication application)
    {
        var server = application.Services.GetRequiredService<IServer>();
        var address = new Uri(server.Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return new IPEndPoint(IPAddress.TryParse(address.Host.Trim('[', ']'), out IPAddress? ip) ? ip : IPAddress.Any, address.Port);
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
