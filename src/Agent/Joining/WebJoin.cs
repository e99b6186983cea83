using System.Net;
using System.Net.Http.Json;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Errors;
using Teleport.Api.Join.V1;

namespace Teleport.Agent.Joining;

/// <summary>Joins through the web API of a proxy whose web certificate this host trusts: the way without a pin.</summary>
/// <remarks>
/// The connection that carries the token is the very one whose certificate was verified. An unverified question for the authority, on a
/// connection of its own, would prove nothing about the connection after it.
/// </remarks>
internal sealed class WebJoin(Func<HttpMessageHandler> handler)
{
    private const int MaxAnswerBytes = 1024 * 1024;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    /// <summary>Asks for certificates.</summary>
    /// <exception cref="TeleportException">
    /// Code <c>access_denied</c>: the proxy's certificate is not trusted, so nothing was sent, or joining was refused; <c>unavailable</c>: there is no proxy.
    /// </exception>
    public async Task<HostCertificates> JoinAsync(NetworkAddress proxy, JoinRequest request, CancellationToken cancellationToken)
    {
        string address = proxy.ToHostPort();
        using var client = new HttpClient(handler()) { Timeout = Timeout, MaxResponseContentBufferSize = MaxAnswerBytes };
        try
        {
            using HttpResponseMessage response = await client.PostAsJsonAsync(
                new Uri($"https://{address}/v1/webapi/host/credentials"), WebJoinBody.Of(request), WebJoinJson.Default.WebJoinBody, cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                throw await RefusalAsync(address, response, cancellationToken);
            }

            WebJoinAnswer answer = await response.Content.ReadFromJsonAsync(WebJoinJson.Default.WebJoinAnswer, cancellationToken) ?? throw new JsonException("it is null");
            return answer.ToCertificates();
        }
        catch (HttpRequestException e) when (e.InnerException is AuthenticationException certificate)
        {
            throw new TeleportException(
                ErrorCode.AccessDenied,
                $"The web certificate of {address} is not trusted here and no pin was given, so the token was not sent: {certificate.Message} " +
                "Give the cluster's pin by --ca-pin or teleport.ca_pin; tctl status shows it.", e);
        }
        catch (HttpRequestException e)
        {
            throw TeleportException.Unavailable($"Cannot join through {address}: {e.Message} Is it the web port of a proxy?", e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw TeleportException.Unavailable($"{address} did not answer within {Timeout.TotalSeconds:0} s. Check the address and that no firewall is in between.", e);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw TeleportException.Unavailable($"{address} does not answer like a proxy of a cluster: {e.Message}", e);
        }
    }

    private static async Task<TeleportException> RefusalAsync(string address, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        string message = $"{address} answered {(int)response.StatusCode} {response.ReasonPhrase}.";
        if (response.Content.Headers.ContentType?.MediaType == "application/json")
        {
            WebError? error = await response.Content.ReadFromJsonAsync(WebJoinJson.Default.WebError, cancellationToken);
            message = error?.Message ?? message;
        }

        return response.StatusCode switch
        {
            HttpStatusCode.BadRequest => TeleportException.Invalid(message),
            HttpStatusCode.Unauthorized => TeleportException.Unauthenticated(message),
            HttpStatusCode.Forbidden => TeleportException.AccessDenied(message),
            HttpStatusCode.Conflict => TeleportException.Conflict(message),
            HttpStatusCode.TooManyRequests => TeleportException.Limit(message),
            _ => TeleportException.Unavailable($"Cannot join through {address}: {message} Is it the web port of a proxy?"),
        };
    }
}

/// <summary>The question.</summary>
internal sealed record WebJoinBody
{
    [JsonPropertyName("hostID")]
    public required string HostId { get; init; }

    public required string NodeName { get; init; }

    public required string Role { get; init; }

    public required string Token { get; init; }

    public required IReadOnlyList<string> AdditionalPrincipals { get; init; }

    public required IReadOnlyList<string> DnsNames { get; init; }

    public required byte[] PublicTlsKey { get; init; }

    public required byte[] PublicSshKey { get; init; }

    public static WebJoinBody Of(JoinRequest request) => new()
    {
        HostId = request.HostId,
        NodeName = request.NodeName,
        Role = request.Role,
        Token = request.Token,
        AdditionalPrincipals = request.AdditionalPrincipals,
        DnsNames = request.DnsNames,
        PublicTlsKey = request.PublicTlsKey.ToByteArray(),
        PublicSshKey = request.PublicSshKey.ToByteArray(),
    };
}

/// <summary>The answer.</summary>
internal sealed record WebJoinAnswer
{
    public required byte[] Cert { get; set; }

    public required byte[] TlsCert { get; set; }

    public required IReadOnlyList<byte[]> TlsCaCerts { get; set; }

    public required IReadOnlyList<byte[]> SshCaCerts { get; set; }

    public required string ClusterName { get; set; }

    public HostCertificates ToCertificates() => new()
    {
        SshCertificate = Encoding.UTF8.GetString(Cert),
        TlsCertificate = Encoding.UTF8.GetString(TlsCert),
        TlsCaCertificates = { TlsCaCerts.Select(Encoding.UTF8.GetString) },
        SshCaKeys = { SshCaCerts.Select(Encoding.UTF8.GetString) },
        ClusterName = ClusterName,
    };
}

/// <summary>A refusal.</summary>
internal sealed record WebError
{
    public string? Message { get; set; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(WebJoinBody))]
[JsonSerializable(typeof(WebJoinAnswer))]
[JsonSerializable(typeof(WebError))]
internal sealed partial class WebJoinJson : JsonSerializerContext;
