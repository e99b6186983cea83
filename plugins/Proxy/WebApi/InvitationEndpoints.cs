using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Teleport.Abstractions.Errors;
using Teleport.Api.Login.V1;
using Teleport.Proxy.Web;

namespace Teleport.Proxy.WebApi;

/// <summary>Lets the holder of an invitation or reset link set password and second factor. Reading changes nothing: mail programs open links, too.</summary>
internal sealed class InvitationEndpoints(LoginService.LoginServiceClient auth)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/users/password/token/{token}", GetAsync).RequireRateLimiting(WebRateLimits.Guessable);
        api.MapPut("/users/password/token", AcceptAsync).RequireRateLimiting(WebRateLimits.Guessable);
    }

    private async Task GetAsync(HttpContext context)
    {
        RequestOrigin.RequireSameSite(context.Request);
        Invitation invitation = await auth.GetInvitationAsync(
            new GetInvitationRequest { Token = (string)context.Request.RouteValues["token"]!, ClientAddr = ClientAddress.Of(context) },
            cancellationToken: context.RequestAborted);
        bool hasCode = invitation.OtpUri.Length > 0;
        await JsonBody.WriteAsync(
            context,
            new InvitationAnswer
            {
                TokenId = invitation.Token,
                User = invitation.UserName,
                QrCode = hasCode ? invitation.OtpQrCode.ToByteArray() : null,
                OtpUri = hasCode ? invitation.OtpUri : null,
                Expiry = DateTimeOffset.FromUnixTimeSeconds(invitation.ExpiresUnixSeconds),
            },
            WebApiJson.Default.InvitationAnswer);
    }

    private async Task AcceptAsync(HttpContext context)
    {
        RequestOrigin.RequireSameSite(context.Request);
        RequestOrigin.RequireCsrfToken(context.Request);
        AcceptBody body = await JsonBody.ReadAsync(context, WebApiJson.Default.AcceptBody);
        AcceptInvitationResponse response = await auth.AcceptInvitationAsync(
            new AcceptInvitationRequest
            {
                Token = body.Token ?? "",
                Password = PasswordOf(body),
                OtpCode = body.SecondFactorToken ?? "",
                ClientAddr = ClientAddress.Of(context),
            },
            cancellationToken: context.RequestAborted);
        await JsonBody.WriteAsync(context, new AcceptAnswer(response.UserName), WebApiJson.Default.AcceptAnswer);
    }

    private static string PasswordOf(AcceptBody body)
    {
        try
        {
            return StrictUtf8.GetString(body.Password ?? []);
        }
        catch (DecoderFallbackException e)
        {
            throw new TeleportException(ErrorCode.Invalid, "password must be UTF-8 text in base64", e);
        }
    }
}
