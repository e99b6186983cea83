using System.Text.Json.Serialization;

namespace Teleport.Connectors.Local;

/// <summary>The credentials of a user.</summary>
/// <param name="Password">The hash of the password.</param>
/// <param name="OtpSecret">The secret shared with the authenticator app, in base 32; <c>null</c>: no second factor.</param>
/// <param name="LastStep">The time step of the last code that was accepted; no code of it or of an earlier one is accepted again.</param>
internal sealed record StoredCredentials(string Password, string? OtpSecret, long LastStep);

/// <summary>A secret that was offered to an authenticator app.</summary>
/// <param name="UserName">The user.</param>
/// <param name="OtpSecret">The secret in base 32; <c>null</c>: the offer was taken, and is not good a second time.</param>
internal sealed record StoredOffer(string UserName, string? OtpSecret);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StoredCredentials))]
[JsonSerializable(typeof(StoredOffer))]
internal sealed partial class LocalRecords : JsonSerializerContext;
