using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Teleport.Abstractions.AccessPlugins;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Plugins;
using Teleport.Abstractions.Security;
using Teleport.Proxy.Relaying;
using Teleport.Proxy.Tunnels;
using Teleport.Proxy.WebApi;
using Teleport.Ssh;

namespace Teleport.Proxy.Callbacks;

/// <summary>Hands callbacks of chat services to the host that runs the access plugin: of this process, or at the end of a tunnel. Looks at nothing in them.</summary>
internal sealed class CallbackForwarder : IDisposable
{
    private const int MaxBodyBytes = 1024 * 1024;
    private const int MaxAnswerBytes = 1024 * 1024;
    private const int MaxAtOnce = 256;
    private const string ClientAddressHeader = "Teleport-Client-Address";
    private const string NoPluginHeader = "Teleport-No-Plugin";
    private const string LocalHost = "local.access.invalid";
    private const string TunnelSuffix = ".tunnel.access.invalid";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    // Of one connection only (RFC 9110 section 7.6.1), or said anew.
    private static readonly HashSet<string> NotForwarded = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
        "Host", "Content-Length", "Expect", "Cookie", ClientAddressHeader,
    };

    private readonly SemaphoreSlim _slots = new(MaxAtOnce);
    private readonly IRendezvous _rendezvous;
    private readonly TunnelRegistry _tunnels;
    private readonly HttpClient _client;

    public CallbackForwarder(IRendezvous rendezvous, TunnelRegistry tunnels)
    {
        (_rendezvous, _tunnels) = (rendezvous, tunnels);
        _client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = ConnectAsync,
            ConnectTimeout = Limit,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
        })
        {
            Timeout = Limit, MaxResponseContentBufferSize = MaxAnswerBytes,
        };
    }

    public void Dispose()
    {
        _client.Dispose();
        _slots.Dispose();
    }

    public async Task HandleAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MaxBodyBytes;
        }

        if (!await _slots.WaitAsync(0, context.RequestAborted))
        {
            throw TeleportException.Unavailable("too many callbacks at once");
        }

        try
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            await AnswerAsync(context, body.ToArray());
        }
        finally
        {
            _slots.Release();
        }
    }

    private async Task AnswerAsync(HttpContext context, byte[] body)
    {
        string? failure = null;
        foreach (string host in Hosts())
        {
            try
            {
                using HttpRequestMessage request = Copy(context, host, body);
                using HttpResponseMessage response = await _client.SendAsync(request, context.RequestAborted);
                if (!response.Headers.Contains(NoPluginHeader))
                {
                    await CopyAsync(response, context);
                    return;
                }
            }
            catch (Exception e) when (e is HttpRequestException or TeleportException or IOException or SshException or InvalidOperationException || (e is OperationCanceledException && !context.RequestAborted.IsCancellationRequested))
            {
                // Also a connection that was kept, of a tunnel that has ended since. Another host may have the plugin too.
                failure = e.Message;
            }
        }

        throw failure is null
            ? TeleportException.NotFound("not found")
            : TeleportException.Unavailable("the host of this plugin cannot be reached: try again later");
    }

    private IEnumerable<string> Hosts()
    {
        if (_rendezvous.Find<AccessCallbackOffer>() is not null)
        {
            yield return LocalHost;
        }

        foreach (AgentTunnel tunnel in _tunnels.OfRole(SystemRole.Access))
        {
            yield return tunnel.Agent.HostId + TunnelSuffix;
        }
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        string host = context.DnsEndPoint.Host;
        if (host == LocalHost && _rendezvous.Find<AccessCallbackOffer>() is { } offer)
        {
            return await offer.Connect(cancellationToken);
        }

        AgentTunnel tunnel = _tunnels.OfRole(SystemRole.Access).FirstOrDefault(t => (t.Agent.HostId + TunnelSuffix).Equals(host, StringComparison.OrdinalIgnoreCase))
            ?? throw new IOException("The host has no tunnel any more.");
        RelayTarget target = await tunnel.DialAsync(tunnel.Agent.HostId, cancellationToken);
        return target.Stream;
    }

    private static HttpRequestMessage Copy(HttpContext context, string host, byte[] body)
    {
        var request = new HttpRequestMessage(
            new HttpMethod(context.Request.Method), new Uri($"http://{host}{context.Request.Path.ToUriComponent()}{context.Request.QueryString.ToUriComponent()}"))
        {
            Version = HttpVersion.Version11,
        };
        if (body.Length > 0 || context.Request.ContentType is not null)
        {
            request.Content = new ByteArrayContent(body);
        }

        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in context.Request.Headers)
        {
            if (!NotForwarded.Contains(name) && !name.StartsWith(':') && !request.Headers.TryAddWithoutValidation(name, values.ToArray()))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
            }
        }

        request.Headers.TryAddWithoutValidation(ClientAddressHeader, ClientAddress.Of(context));
        return request;
    }

    private static async Task CopyAsync(HttpResponseMessage response, HttpContext context)
    {
        context.Response.StatusCode = (int)response.StatusCode;
        if (response.Content.Headers.ContentType is { } type)
        {
            context.Response.ContentType = type.ToString();
        }

        byte[] body = await response.Content.ReadAsByteArrayAsync(context.RequestAborted);
        if (body.Length > 0)
        {
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
        }
    }
}
