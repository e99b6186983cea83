using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Teleport.Testing.AccessPlugins;

namespace Teleport.AccessPlugins.Tests.Fakes;

/// <summary>A server on a port of loopback that can fail in every way that networks and services do.</summary>
public abstract class FakeHttpService : IAsyncDisposable
{
    private readonly List<string> _complaints = [];
    private WebApplication? _app;
    private int _calls;
    private int _failed;
    private volatile ServiceFault? _fault;

    protected Lock Gate { get; } = new();

    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    public int Calls => Volatile.Read(ref _calls);

    public IReadOnlyList<string> Complaints
    {
        get
        {
            lock (Gate)
            {
                return [.. _complaints];
            }
        }
    }

    public ServiceFault? Fault
    {
        get => _fault;
        set
        {
            Interlocked.Exchange(ref _failed, 0);
            _fault = value;
        }
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        WebApplication app = builder.Build();
        app.UseWebSockets();
        app.Use(InterfereAsync);
        app.Run(HandleAsync);
        await app.StartAsync(cancellationToken);
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/");
        _app = app;
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
            await _app.StopAsync(limit.Token);
            await _app.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    protected abstract Task HandleAsync(HttpContext context);

    protected virtual bool IsWrite(HttpContext context) => !HttpMethods.IsGet(context.Request.Method);

    protected void Complain(string what)
    {
        lock (Gate)
        {
            _complaints.Add(what);
        }
    }

    protected static Task AnswerAsync(HttpContext context, int status, string json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        return context.Response.WriteAsync(json, context.RequestAborted);
    }

    protected static async Task<string> ReadAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        return await reader.ReadToEndAsync(context.RequestAborted);
    }

    private async Task InterfereAsync(HttpContext context, RequestDelegate next)
    {
        Interlocked.Increment(ref _calls);
        ServiceFault? fault = _fault;
        if (fault is null || (fault.OnlyWrites && !IsWrite(context)) || Interlocked.Increment(ref _failed) > fault.Times)
        {
            await next(context);
            return;
        }

        if (fault.AfterTheWork)
        {
            Stream body = context.Response.Body;
            context.Response.Body = new MemoryStream();
            await next(context);
            context.Response.Body = body;
            context.Response.Headers.Clear();
        }

        if (Volatile.Read(ref _failed) >= fault.Times)
        {
            _fault = null;
        }

        if (fault.Status == 0)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = fault.Status;
        if (fault.RetryAfter is { } wait)
        {
            context.Response.Headers.RetryAfter = wait.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        context.Response.ContentType = fault.ContentType;
        if (fault.Body is { Length: > 0 } bytes)
        {
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        }
    }
}
