using System.Text.Json.Serialization;

namespace Teleport.Proxy.WebApi;

/// <summary>What the holder of a link needs to set credentials.</summary>
internal sealed record InvitationAnswer
{
    [JsonPropertyName("tokenId")]
    public required string TokenId { get; init; }

    public required string User { get; init; }

    /// <summary>PNG; absent: no second factor is asked for.</summary>
    [JsonPropertyName("qrCode")]
    public byte[]? QrCode { get; init; }

    /// <summary>What the QR code says, for apps on the same device.</summary>
    [JsonPropertyName("otpUri")]
    public string? OtpUri { get; init; }

    public required DateTimeOffset Expiry { get; init; }
}

/// <summary>New credentials.</summary>
internal sealed record AcceptBody
{
    public string? Token { get; set; }

    /// <summary>UTF-8 text.</summary>
    public byte[]? Password { get; set; }

    public string? SecondFactorToken { get; set; }
}

/// <summary>Whose credentials were set.</summary>
internal sealed record AcceptAnswer(string User);
