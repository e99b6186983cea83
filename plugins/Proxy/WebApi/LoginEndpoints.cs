using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Teleport.Abstractions.Errors;
using Teleport.Api.Login.V1;
using Teleport.Proxy.Web;
using Teleport.Ssh.Keys;

namespace Teleport.Proxy.WebApi;

/// <summary>Lets command lines log in. The auth service decides; the proxy carries question and answer.</summary>
internal sealed class LoginEndpoints(LoginService.LoginServiceClient auth)
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    public void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/ssh/certs", LoginAsync).RequireRateLimiting(WebRateLimits.Guessable);

    private async Task LoginAsync(HttpContext context)
    {
        RequestOrigin.RequireSameSite(context.Request);
        LoginBody body = await JsonBody.ReadAsync(context, WebApiJson.Default.LoginBody);
        if (body.PubKey is null || !SshPublicKey.TryParse(Encoding.UTF8.GetString(body.PubKey), out _))
        {
            throw TeleportException.Invalid("pub_key must be an SSH public key, as a line of authorized_keys in base64");
        }

        LoginResponse response = await auth.LoginAsync(
            new LoginRequest
            {
                UserName = body.User ?? "",
                Password = body.Password ?? "",
                OtpCode = body.OtpToken ?? "",
                SshPublicKey = Encoding.UTF8.GetString(body.PubKey),
                TlsPublicKey = Google.Protobuf.ByteString.CopyFrom(body.TlsPubKey ?? []),
                TtlSeconds = body.Ttl > 0 ? Math.Max(1, body.Ttl / NanosecondsPerSecond) : 0,
                RouteToCluster = body.RouteToCluster ?? body.OlderRouteToCluster ?? "",
                CertificateFormat = body.Compatibility ?? "",
                ClientAddr = ClientAddress.Of(context),
            },
            cancellationToken: context.RequestAborted);
        await JsonBody.WriteAsync(context, Answer(response), WebApiJson.Default.LoginAnswer);
    }

    private static LoginAnswer Answer(LoginResponse response) => new()
    {
        Username = response.UserName,
        Cert = Encoding.UTF8.GetBytes(response.Certificates.SshCertificate),
        TlsCert = response.Certificates.TlsCertificate.Length == 0 ? null : Encoding.UTF8.GetBytes(response.Certificates.TlsCertificate),
        HostSigners =
        [
            .. response.Certificates.HostAuthorities.Select(static authority => new HostSigner
            {
                DomainName = authority.ClusterName,
                CheckingKeys = [.. authority.SshKeys.Select(static key => Encoding.UTF8.GetBytes(key.TrimEnd('\n') + "\n"))],
                TlsCerts = [.. authority.TlsCertificates.Select(Encoding.UTF8.GetBytes)],
            }),
        ],
    };
}
