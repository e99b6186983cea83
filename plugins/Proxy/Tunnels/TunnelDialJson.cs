using System.Text.Json.Serialization;

namespace Teleport.Proxy.Tunnels;

/// <summary>What a proxy asks of an agent: to be connected to something at the agent's side.</summary>
/// <param name="Address">What to connect to.</param>
/// <param name="ServerId">The agent's host id and cluster, so that an agent can refuse what is not for it.</param>
/// <param name="ConnType">What will be spoken, as <c>node</c>.</param>
internal sealed record TunnelDialPayload(string Address, string ServerId, string ConnType);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(TunnelDialPayload))]
internal sealed partial class TunnelDialJson : JsonSerializerContext;
