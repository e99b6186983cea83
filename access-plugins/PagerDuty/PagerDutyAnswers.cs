using System.Text.Json.Serialization;

namespace Teleport.AccessPlugins.PagerDuty;

internal sealed record ServicesAnswer(IReadOnlyList<PagerDutyService>? Services, bool? More);

internal sealed record PagerDutyService(string? Id, string? Name, Reference? EscalationPolicy);

internal sealed record Reference(string? Id, string? Summary);

internal sealed record UsersAnswer(IReadOnlyList<PagerDutyUser>? Users, bool? More);

internal sealed record PagerDutyUser(string? Id, string? Name, string? Email);

internal sealed record OnCallsAnswer(IReadOnlyList<OnCall>? Oncalls, bool? More);

internal sealed record OnCall(int? EscalationLevel, Reference? Schedule, Reference? EscalationPolicy, Reference? User);

internal sealed record IncidentAnswer(Incident? Incident);

internal sealed record IncidentsAnswer(IReadOnlyList<Incident>? Incidents);

internal sealed record Incident(string? Id, string? Status, string? IncidentKey);

internal sealed record EventEnvelope(PagerDutyEvent? Event);

internal sealed record PagerDutyEvent(string? Id, string? EventType, DateTimeOffset? OccurredAt, Reference? Agent, Reference? Data);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, MaxDepth = 32)]
[JsonSerializable(typeof(ServicesAnswer))]
[JsonSerializable(typeof(UsersAnswer))]
[JsonSerializable(typeof(OnCallsAnswer))]
[JsonSerializable(typeof(IncidentAnswer))]
[JsonSerializable(typeof(IncidentsAnswer))]
[JsonSerializable(typeof(EventEnvelope))]
internal sealed partial class PagerDutyJson : JsonSerializerContext;
