using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Teleport.AccessPlugins.Mattermost;

internal sealed record MattermostUser(string? Id, string? Username, string? Email, bool? EmailVerified, long? DeleteAt, bool? IsBot, string? Roles);

internal sealed record IdAnswer(string? Id);

internal sealed record PostAnswer(string? Id, string? ChannelId, string? UserId, JsonObject? Props);

internal sealed record PostsAnswer(IReadOnlyDictionary<string, PostAnswer>? Posts);

internal sealed record ActionBody(string? UserId, string? UserName, string? ChannelId, string? PostId, string? TriggerId, ActionContext? Context);

internal sealed record ActionContext(string? Token);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, MaxDepth = 32)]
[JsonSerializable(typeof(MattermostUser))]
[JsonSerializable(typeof(IdAnswer))]
[JsonSerializable(typeof(PostAnswer))]
[JsonSerializable(typeof(PostsAnswer))]
[JsonSerializable(typeof(ActionBody))]
internal sealed partial class MattermostJson : JsonSerializerContext;
