using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Teleport.Abstractions.AccessPlugins;

namespace Teleport.AccessPlugins.PagerDuty;

/// <summary>The calls of PagerDuty's REST API that the plugin needs.</summary>
internal sealed class PagerDutyApi(PagerDutyOptions options, IAccessPluginContext context)
{
    private const int PageSize = 100;
    private const int MaxPages = 20;

    /// <summary>The service of that name, in any case; <c>null</c>: there is none.</summary>
    public async Task<PagerDutyService?> FindServiceAsync(string name, CancellationToken cancellationToken)
    {
        for (int page = 0; page < MaxPages; page++)
        {
            ServicesAnswer answer = await GetAsync(Paged($"services?query={Uri.EscapeDataString(name)}", page), PagerDutyJson.Default.ServicesAnswer, cancellationToken);
            PagerDutyService? found = answer.Services?.FirstOrDefault(s => name.Equals(s.Name, StringComparison.OrdinalIgnoreCase));
            if (found?.Id is not null || answer.More != true)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>The user with exactly that address; <c>null</c>: there is none.</summary>
    public async Task<PagerDutyUser?> FindUserAsync(string email, CancellationToken cancellationToken)
    {
        for (int page = 0; page < MaxPages; page++)
        {
            UsersAnswer answer = await GetAsync(Paged($"users?query={Uri.EscapeDataString(email)}", page), PagerDutyJson.Default.UsersAnswer, cancellationToken);
            PagerDutyUser? found = answer.Users?.FirstOrDefault(u => email.Equals(u.Email, StringComparison.OrdinalIgnoreCase));
            if (found?.Id is not null || answer.More != true)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>The shifts of a user in an escalation policy now.</summary>
    public async Task<IReadOnlyList<OnCall>> ShiftsAsync(string userId, string policyId, CancellationToken cancellationToken)
    {
        var shifts = new List<OnCall>();
        for (int page = 0; page < MaxPages; page++)
        {
            OnCallsAnswer answer = await GetAsync(
                Paged($"oncalls?user_ids[]={Uri.EscapeDataString(userId)}&escalation_policy_ids[]={Uri.EscapeDataString(policyId)}", page),
                PagerDutyJson.Default.OnCallsAnswer,
                cancellationToken);
            shifts.AddRange(answer.Oncalls ?? []);
            if (answer.More != true)
            {
                break;
            }
        }

        return shifts;
    }

    public async Task<Incident?> FindIncidentAsync(string key, CancellationToken cancellationToken)
    {
        IncidentsAnswer answer = await GetAsync($"incidents?incident_key={Uri.EscapeDataString(key)}", PagerDutyJson.Default.IncidentsAnswer, cancellationToken);
        return answer.Incidents?.FirstOrDefault(i => i.IncidentKey == key);
    }

    public async Task<Incident?> CreateIncidentAsync(JsonObject incident, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await SendAsync(HttpMethod.Post, "incidents", new JsonObject { ["incident"] = incident }, cancellationToken);
        if (response.StatusCode == HttpStatusCode.BadRequest && (await response.Content.ReadAsStringAsync(cancellationToken)).Contains("dedup", StringComparison.OrdinalIgnoreCase))
        {
            // It is there already: made by a call of which nobody saw the end.
            return null;
        }

        return (await response.ReadJsonAsync("POST incidents", PagerDutyJson.Default.IncidentAnswer, cancellationToken)).Incident;
    }

    public async Task ResolveAsync(string id, string resolution, CancellationToken cancellationToken)
    {
        var incident = new JsonObject { ["type"] = "incident_reference", ["status"] = "resolved", ["resolution"] = resolution };
        using HttpResponseMessage response = await SendAsync(HttpMethod.Put, $"incidents/{Uri.EscapeDataString(id)}", new JsonObject { ["incident"] = incident }, cancellationToken);
        await response.RequireSuccessAsync("PUT incidents", cancellationToken);
    }

    public async Task AddNoteAsync(string id, string text, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await SendAsync(
            HttpMethod.Post, $"incidents/{Uri.EscapeDataString(id)}/notes", new JsonObject { ["note"] = new JsonObject { ["content"] = text } }, cancellationToken);
        await response.RequireSuccessAsync("POST notes", cancellationToken);
    }

    private async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        using HttpResponseMessage response = await SendAsync(HttpMethod.Get, path, null, cancellationToken);
        return await response.ReadJsonAsync($"GET {path.Split('?')[0]}", type, cancellationToken);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(options.ApiUrl, path));
        request.Headers.TryAddWithoutValidation("Authorization", $"Token token={context.ReadSecret(options.ApiKey!).Reveal()}");
        request.Headers.TryAddWithoutValidation("Accept", "application/vnd.pagerduty+json;version=2");
        if (body is not null)
        {
            request.Headers.TryAddWithoutValidation("From", options.UserEmail);
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }

        return await context.Http.SendAsync(request, cancellationToken);
    }

    private static string Paged(string path, int page) => string.Create(CultureInfo.InvariantCulture, $"{path}&limit={PageSize}&offset={page * PageSize}");
}
