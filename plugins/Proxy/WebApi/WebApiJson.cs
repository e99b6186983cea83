using System.Text.Json.Serialization;

namespace Teleport.Proxy.WebApi;

/// <summary>The codec of the web API. Fields that nobody knows are skipped: clients may be newer or older than we are.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowDuplicateProperties = false,
    MaxDepth = 16)]
[JsonSerializable(typeof(ErrorAnswer))]
[JsonSerializable(typeof(PingAnswer))]
[JsonSerializable(typeof(LoginBody))]
[JsonSerializable(typeof(LoginAnswer))]
[JsonSerializable(typeof(InvitationAnswer))]
[JsonSerializable(typeof(AcceptBody))]
[JsonSerializable(typeof(AcceptAnswer))]
[JsonSerializable(typeof(JoinBody))]
[JsonSerializable(typeof(JoinAnswer))]
[JsonSerializable(typeof(SiteAnswer[]))]
internal sealed partial class WebApiJson : JsonSerializerContext;

/// <summary>Every error.</summary>
internal sealed record ErrorAnswer(string Message);

/// <summary>A cluster, as the subsystem <c>proxysites</c> lists it.</summary>
internal sealed record SiteAnswer(
    string Name, [property: JsonPropertyName("lastconnected")] DateTimeOffset LastConnected, string Status);
