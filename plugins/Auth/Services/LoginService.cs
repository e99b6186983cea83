using Google.Protobuf;
using Grpc.Core;
using QRCoder;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Api.Login.V1;
using Teleport.Auth.Logins;
using Teleport.Auth.Stores;

namespace Teleport.Auth.Services;

/// <summary>Logins and invitations, relayed by proxies.</summary>
internal sealed class LoginService(LoginFlow logins, InvitationFlow invitations, LoginContext cluster) : Api.Login.V1.LoginService.LoginServiceBase
{
    private const int PixelsPerModule = 6;

    public override async Task<LoginSettings> GetSettings(GetSettingsRequest request, ServerCallContext context)
    {
        AuthPreferenceSpec preference = await cluster.Settings.AuthPreferenceAsync(context.CancellationToken);
        return new LoginSettings
        {
            ClusterName = cluster.ClusterName,
            Type = preference.Type,
            SecondFactor = preference.SecondFactor,
            ConnectorName = preference.ConnectorName ?? "",
            AllowLocalAuth = preference.AllowLocalAuth,
        };
    }

    public override Task<LoginResponse> Login(LoginRequest request, ServerCallContext context) =>
        logins.LoginAsync(request, context.CancellationToken);

    public override async Task<Invitation> GetInvitation(GetInvitationRequest request, ServerCallContext context)
    {
        (StoredInvitation invitation, Secret? otp, DateTimeOffset expires) =
            await invitations.ShowAsync(request.Token, request.ClientAddr, context.CancellationToken);
        string uri = otp?.Reveal() ?? "";
        return new Invitation
        {
            Token = request.Token,
            UserName = invitation.UserName,
            OtpUri = uri,
            OtpQrCode = uri.Length > 0 ? QrCode(uri) : ByteString.Empty,
            ExpiresUnixSeconds = expires.ToUnixTimeSeconds(),
        };
    }

    public override async Task<AcceptInvitationResponse> AcceptInvitation(AcceptInvitationRequest request, ServerCallContext context)
    {
        using var password = new Secret(request.Password);
        using Secret? code = request.OtpCode.Length > 0 ? new Secret(request.OtpCode) : null;
        return new AcceptInvitationResponse
        {
            UserName = await invitations.AcceptAsync(request.Token, password, code, request.ClientAddr, context.CancellationToken),
        };
    }

    private static ByteString QrCode(string uri)
    {
        using var generator = new QRCodeGenerator();
        using QRCodeData data = generator.CreateQrCode(uri, QRCodeGenerator.ECCLevel.M);
        using var png = new PngByteQRCode(data);
        return ByteString.CopyFrom(png.GetGraphic(PixelsPerModule));
    }
}
