using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Errors;
using Teleport.Client.Profiles;

namespace Teleport.Client.Web;

/// <summary>The proxy's web API, as far as logging in needs it.</summary>
public sealed class WebApiClient : IDisposable
{
    private const int MaxAnswerBytes = 1024 * 1024;

    private readonly HttpClient _http;
    private readonly string _address;

    /// <summary>Makes a client; nothing is dialled yet.</summary>
    /// <param name="address">The proxy's web address, with a port.</param>
    /// <param name="insecure">Whether the proxy's certificate goes unverified.</param>
    public WebApiClient(NetworkAddress address, bool insecure)
    {
        ArgumentNullException.ThrowIfNull(address);
        _address = address.ToHostPort();
        var handler = new SocketsHttpHandler
        {
            UseCookies = false, AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(10),
            // HTTPS_PROXY names the way out of this machine; its own addresses mean another machine there.
            UseProxy = !IsLoopback(address.Host),
        };
        if (insecure)
        {
#pragma warning disable CA5359 // Asked for by the user with --insecure, who is warned each time.
            handler.SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = static (_, _, _, _) => true };
#pragma warning restore CA5359
        }

        _http = new HttpClient(handler) { BaseAddress = new Uri($"https://{_address}"), Timeout = TimeSpan.FromSeconds(30), MaxResponseContentBufferSize = MaxAnswerBytes };
    }

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

    private static bool IsLoopback(string host) =>
        IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address)
            ? IPAddress.IsLoopback(address)
            : host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);

    private async Task<T> SendAsync<T>(HttpRequestMessage request, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            using HttpResponseMessage answer = await _http.SendAsync(request, cancellationToken);
            byte[] body = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
            return answer.IsSuccessStatusCode
                ? JsonSerializer.Deserialize(body, type) ?? throw new JsonException("it is null")
                : throw Refused(answer.StatusCode, body);
        }
        catch (JsonException e)
        {
            throw new TeleportException(ErrorCode.Unavailable, $"{_address} does not answer as a proxy does: {e.Message} Is this the web address of a proxy?", e);
        }
        catch (HttpRequestException e)
        {
            throw new TeleportException(ErrorCode.Unavailable, Explain(e), e);
        }
        catch (TaskCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw TeleportException.Unavailable($"The proxy {_address} did not answer within {_http.Timeout.TotalSeconds:0} s. Check the address, and that no firewall is in between.", e);
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

        ErrorCode code = (int)status switch
        {
            403 or 401 => ErrorCode.AccessDenied,
            404 => ErrorCode.NotFound,
            429 => ErrorCode.Limit,
            >= 500 => ErrorCode.Unavailable,
            _ => ErrorCode.Invalid,
        };
        return new TeleportException(code, message is { Length: > 0 } ? Names.Printable(message) : $"{_address} answered with status {(int)status}. Is this the web address of a proxy?");
    }

    private string Explain(HttpRequestException e)
    {
        string inner = (e.InnerException ?? e).Message;
        if (e.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            bool untrusted = e.InnerException is AuthenticationException && inner.Contains("certificate", StringComparison.OrdinalIgnoreCase);
            return untrusted
                ? $"The certificate of the proxy {_address} is not trusted: {inner} If it is the proxy's own (DATA_DIR/webproxy_cert.pem), copy it from there and set " +
                  "SSL_CERT_FILE to its path; better, give the proxy a certificate with https_keypairs. If it is said to be not yet valid or expired, check this machine's clock. " +
                  "For a test on a network that you trust, use --insecure."
                : $"{_address} does not speak TLS: {inner} Is this the proxy's SSH port (3023)? Use its web port, 3080 unless configured otherwise.";
        }

        return e.InnerException is SocketException
            ? $"Cannot connect to the proxy {_address}: {inner}. Check the address, and that the proxy runs."
            : $"{_address} does not answer as a proxy does: {inner} Is this the web address of a proxy?";
    }
}
