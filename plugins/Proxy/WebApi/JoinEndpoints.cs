using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Teleport.Abstractions.Errors;
using Teleport.Api.Join.V1;
using Teleport.Proxy.Web;
using Teleport.Ssh;
using Teleport.Ssh.Keys;

namespace Teleport.Proxy.WebApi;

/// <summary>Lets hosts join that reach no auth server. The auth service decides; the proxy carries question and answer.</summary>
internal sealed class JoinEndpoints(JoinService.JoinServiceClient auth)
{
    private const int MaxNames = 100;

    public void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/host/credentials", JoinAsync).RequireRateLimiting(WebRateLimits.Guessable);

    private async Task JoinAsync(HttpContext context)
    {
        RequestOrigin.RequireSameSite(context.Request);
        JoinBody body = await JsonBody.ReadAsync(context, WebApiJson.Default.JoinBody);
        if (body.AdditionalPrincipals?.Count > MaxNames || body.DnsNames?.Count > MaxNames)
        {
            throw TeleportException.Invalid($"additional_principals and dns_names have at most {MaxNames} names each");
        }

        var request = new JoinRequest
        {
            HostId = body.HostId ?? "",
            NodeName = body.NodeName ?? "",
            Role = body.Role ?? "",
            Token = body.Token ?? "",
            PublicTlsKey = TlsKey(body.PublicTlsKey ?? []),
            PublicSshKey = SshKey(body.PublicSshKey ?? []),
            RemoteAddr = ClientAddress.Of(context),
        };
        request.AdditionalPrincipals.AddRange(body.AdditionalPrincipals ?? []);
        request.DnsNames.AddRange(body.DnsNames ?? []);
        HostCertificates certificates = await auth.JoinAsync(request, cancellationToken: context.RequestAborted);
        await JsonBody.WriteAsync(
            context,
            new JoinAnswer
            {
                Cert = Encoding.UTF8.GetBytes(certificates.SshCertificate),
                TlsCert = Encoding.UTF8.GetBytes(certificates.TlsCertificate),
                TlsCaCerts = [.. certificates.TlsCaCertificates.Select(Encoding.UTF8.GetBytes)],
                SshCaCerts = [.. certificates.SshCaKeys.Select(Encoding.UTF8.GetBytes)],
                ClusterName = certificates.ClusterName,
            },
            WebApiJson.Default.JoinAnswer);
    }

    private static ByteString TlsKey(byte[] key)
    {
        if (!key.AsSpan().StartsWith("-----BEGIN"u8))
        {
            return ByteString.CopyFrom(key);
        }

        string pem = Encoding.UTF8.GetString(key);
        return PemEncoding.TryFind(pem, out PemFields fields)
            ? ByteString.FromBase64(pem[fields.Base64Data].ReplaceLineEndings(""))
            : throw TeleportException.Invalid("public_tls_key must be a public key, PEM or DER, in base64");
    }

    private static ByteString SshKey(byte[] key)
    {
        // A blob begins with the length of a short name, so with a zero byte; a line never does.
        if (key.Length == 0 || key[0] == 0)
        {
            return ByteString.CopyFrom(key);
        }

        try
        {
            return ByteString.CopyFrom(SshPublicKey.Parse(Encoding.UTF8.GetString(key).Trim()).Blob.Span);
        }
        catch (SshException e)
        {
            throw new TeleportException(ErrorCode.Invalid, $"public_ssh_key must be an SSH public key in base64: {e.Message}", e);
        }
    }
}
