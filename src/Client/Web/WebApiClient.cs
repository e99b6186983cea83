using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Errors;
using Teleport.Api;
using Teleport.Client.Profiles;

namespace Teleport.Client.Web;

/// <summary>The proxy's web API, as far as logging in needs it.</summary>
public sealed class WebApiClient : IDisposable
{
    private const int MaxAnswerBytes = 1024 * 1024;
    private const string Advice = "Use the proxy's web port, 3080 unless configured otherwise.";

    private readonly HttpClient _http;
    private readonly NetworkAddress _address;
    private readonly ProxyCertificateCheck _check;
    private FirstBytesStream? _transport;

    /// <summary>Makes a client; nothing is dialled yet.</summary>
    /// <param name="address">The proxy's web address, with a port.</param>
    /// <param name="insecure">Whether the proxy's certificate goes unverified.</param>
    /// <param name="time">The clock.</param>
    public WebApiClient(NetworkAddress address, bool insecure, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(address);
        _address = address with { Scheme = null };
        _check = new ProxyCertificateCheck(_address, insecure, time);
        var handler = new SocketsHttpHandler
        {
            UseCookies = false, AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(10),
            // HTTPS_PROXY names the way out of this machine; its own addresses mean another machine there.
            UseProxy = !OutboundDialer.IsLoopback(address.Host),
            SslOptions = new SslClientAuthenticationOptions
            {
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) => _check.Verify(certificate, chain, errors),
            },
            ConnectCallback = async (context, cancellationToken) =>
            {
                Stream stream = await TcpDialer.ConnectAsync(new NetworkAddress(context.DnsEndPoint.Host, context.DnsEndPoint.Port), cancellationToken);
                // What a proxy of the network says first tells nothing of what stands behind it.
                return context.DnsEndPoint.Host == address.Host && context.DnsEndPoint.Port == address.Port ? _transport = new FirstBytesStream(stream) : stream;
            },
        };
        _http = new HttpClient(handler) { BaseAddress = new Uri($"https://{_address.ToHostPort()}"), Timeout = TimeSpan.FromSeconds(30), MaxResponseContentBufferSize = MaxAnswerBytes };
    }

    /// <summary>What the proxy's clock said in its last answer.</summary>
    public DateTimeOffset? ServerTime { get; private set; }

    /// <summary>Asks what a login needs.</summary>
    public Task<PingAnswer> PingAsync(string? connector, CancellationToken cancellationToken) => SendAsync(
        new HttpRequestMessage(HttpMethod.Get, connector is null ? "/v1/webapi/ping" : $"/v1/webapi/ping/{Uri.EscapeDataString(connector)}"),
        WebApiJson.Default.PingAnswer, cancellationToken);

    /// <summary>Logs in by password and second factor.</summary>
    /// <exception cref="TeleportException">Code <c>access_denied</c>: the credentials are wrong.</exception>
    public Task<CertificateAnswer> GetCertificatesAsync(CertificateRequest request, CancellationToken cancellationToken)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(request, WebApiJson.Default.CertificateRequest);
        var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        return SendAsync(new HttpRequestMessage(HttpMethod.Post, "/v1/webapi/ssh/certs") { Content = content }, WebApiJson.Default.CertificateAnswer, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<T> SendAsync<T>(HttpRequestMessage request, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            using HttpResponseMessage answer = await _http.SendAsync(request, cancellationToken);
            ServerTime = answer.Headers.Date;
            byte[] body = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
            return answer.IsSuccessStatusCode
                ? JsonSerializer.Deserialize(body, type) ?? throw new JsonException("it is null")
                : throw Refused(answer.StatusCode, body);
        }
        catch (JsonException e)
        {
            throw NotAProxy("its answer is not that of a proxy", e);
        }
        catch (HttpRequestException e)
        {
            throw Explain(e);
        }
        catch (TaskCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw TeleportException.Unavailable($"The proxy {_address.ToHostPort()} did not answer within {_http.Timeout.TotalSeconds:0} s. Check the address, and that no firewall is in between.", e);
        }
    }

    private TeleportException Refused(HttpStatusCode status, byte[] body)
    {
        string? message = null;
        try
        {
            message = JsonSerializer.Deserialize(body, WebApiJson.Default.ErrorAnswer)?.Message;
        }
        catch (JsonException)
        {
            // Not our proxy's answer; the status says what there is to say.
        }

        if (message is not { Length: > 0 })
        {
            return NotAProxy($"it answered with status {(int)status}", null);
        }

        ErrorCode code = (int)status switch
        {
            403 or 401 => ErrorCode.AccessDenied,
            404 => ErrorCode.NotFound,
            409 => ErrorCode.Conflict,
            429 => ErrorCode.Limit,
            >= 500 => ErrorCode.Unavailable,
            _ => ErrorCode.Invalid,
        };
        return new TeleportException(code, Names.Printable(message));
    }

    private TeleportException Explain(HttpRequestException e)
    {
        string where = _address.ToHostPort();
        if (_check.Refusal is { } refusal)
        {
            return refusal;
        }

        if (Cause<SocketException>(e) is { SocketErrorCode: not SocketError.ConnectionReset } unreachable)
        {
            return TeleportException.Unavailable($"Cannot connect to the proxy {where}: {unreachable.Message}. Check the address, and that the proxy runs.", e);
        }

        ReadOnlySpan<byte> first = _transport is { } transport ? transport.First : default;
        if (first.StartsWith("SSH-"u8))
        {
            return TeleportException.Unavailable($"The address {where} speaks SSH, not HTTPS: is it the proxy's SSH port (3023), or a node? {Advice}", e);
        }

        if (first.StartsWith("HTTP/"u8) || first.StartsWith("<"u8))
        {
            return TeleportException.Unavailable($"The address {where} speaks plain HTTP, not HTTPS. {Advice}", e);
        }

        string why = Cause<AuthenticationException>(e)?.Message ?? e.InnerException?.Message ?? e.Message;
        return NotAProxy($"the connection failed: {why.TrimEnd('.')}", e);
    }

    private TeleportException NotAProxy(string why, Exception? cause) =>
        TeleportException.Unavailable($"There is no proxy of Teleport at {_address.ToHostPort()}: {why}. {Advice}", cause);

    private static T? Cause<T>(Exception? e)
        where T : Exception
    {
        while (e is not null and not T)
        {
            e = e.InnerException;
        }

        return (T?)e;
    }
}
