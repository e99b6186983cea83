using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Teleport.Testing.AccessPlugins;

namespace Teleport.AccessPlugins.Tests.Fakes;

/// <summary>PagerDuty as far as the plugin uses it: services, users, shifts, incidents with keys that are good once, notes.</summary>
public sealed class FakePagerDuty : FakeHttpService, IServiceDouble
{
    private readonly List<Opened> _incidents = [];

    public string Key { get; set; } = "pd-first";

    /// <summary>Services and their escalation policies, by name.</summary>
    public Dictionary<string, string> Services { get; } = new() { ["first"] = "P1", ["Payments"] = "P2" };

    /// <summary>Users by address: their ids.</summary>
    public Dictionary<string, string> Users { get; } = new() { ["teleport@example.com"] = "U0" };

    /// <summary>Shifts: user, policy, level, schedule.</summary>
    public List<(string User, string Policy, int Level, string Schedule)> Shifts { get; } = [];

    public IReadOnlyList<ShownMessage> Messages
    {
        get
        {
            lock (Gate)
            {
                return [.. _incidents.Where(static i => !i.IsRemoved).Select(static i => new ShownMessage(i.Id, i.Service, $"{i.Title}\n{i.Details}\n{i.Resolution}", [.. i.Notes], []))];
            }
        }
    }

    public void Remove(ShownMessage message)
    {
        lock (Gate)
        {
            _incidents.First(i => i.Id == message.Id).IsRemoved = true;
        }
    }

    protected override async Task HandleAsync(HttpContext context)
    {
        if (context.Request.Headers.Authorization != $"Token token={Key}")
        {
            await AnswerAsync(context, 401, """{"error":{"message":"Unauthorized"}}""");
            return;
        }

        if (context.Request.Headers.Accept != "application/vnd.pagerduty+json;version=2")
        {
            Complain("the version of the API is not asked for");
        }

        if (!HttpMethods.IsGet(context.Request.Method) && context.Request.Headers["From"] != "teleport@example.com")
        {
            Complain("a write lacks From");
        }

        string[] path = context.Request.Path.Value!.Trim('/').Split('/');
        JsonObject body = HttpMethods.IsGet(context.Request.Method) ? [] : (JsonObject)JsonNode.Parse(await ReadAsync(context))!;
        (int status, JsonObject answer) = (context.Request.Method, path) switch
        {
            ("GET", ["services"]) => (200, Page("services", context, Services.Where(s => s.Key.Contains(context.Request.Query["query"].ToString(), StringComparison.OrdinalIgnoreCase))
                .Select(static s => new JsonObject { ["id"] = "S-" + s.Key, ["name"] = s.Key, ["escalation_policy"] = new JsonObject { ["id"] = s.Value } }))),
            ("GET", ["users"]) => (200, Page("users", context, Users.Where(u => u.Key.Contains(context.Request.Query["query"].ToString(), StringComparison.OrdinalIgnoreCase))
                .Select(static u => new JsonObject { ["id"] = u.Value, ["name"] = u.Key.Split('@')[0], ["email"] = u.Key }))),
            ("GET", ["oncalls"]) => (200, Page("oncalls", context, Shifts
                .Where(s => s.User == context.Request.Query["user_ids[]"] && s.Policy == context.Request.Query["escalation_policy_ids[]"])
                .Select(static s => new JsonObject
                {
                    ["escalation_level"] = s.Level, ["user"] = new JsonObject { ["id"] = s.User }, ["escalation_policy"] = new JsonObject { ["id"] = s.Policy },
                    ["schedule"] = new JsonObject { ["summary"] = s.Schedule },
                }))),
            ("GET", ["incidents"]) => (200, Find(context.Request.Query["incident_key"].ToString())),
            ("POST", ["incidents"]) => Open(body),
            ("PUT", ["incidents", var id]) => Change(id, i => i.Resolution = body["incident"]!["status"]!.ToString() == "resolved" ? body["incident"]!["resolution"]!.ToString() : i.Resolution),
            ("POST", ["incidents", var id, "notes"]) => Change(id, i => i.Notes.Add(body["note"]!["content"]!.ToString())),
            _ => (404, new JsonObject()),
        };
        await AnswerAsync(context, status, answer.ToJsonString());
    }

    // Two on a page, so that reading only the first one shows.
    private static JsonObject Page(string name, HttpContext context, IEnumerable<JsonObject> items)
    {
        int offset = int.Parse(context.Request.Query["offset"].ToString(), System.Globalization.CultureInfo.InvariantCulture) / 100 * 2;
        JsonObject[] all = [.. items];
        return new JsonObject { [name] = new JsonArray([.. all.Skip(offset).Take(2)]), ["more"] = all.Length > offset + 2 };
    }

    private JsonObject Find(string key)
    {
        lock (Gate)
        {
            return new JsonObject
            {
                ["incidents"] = new JsonArray([.. _incidents.Where(i => i.IncidentKey == key).Select(static i => new JsonObject { ["id"] = i.Id, ["incident_key"] = i.IncidentKey })]),
            };
        }
    }

    private (int Status, JsonObject Answer) Open(JsonObject body)
    {
        JsonObject incident = body["incident"]!.AsObject();
        string title = incident["title"]!.ToString();
        if (title.Length is 0 or > 1024 || incident["type"]!.ToString() != "incident" || incident["service"]!["type"]!.ToString() != "service_reference")
        {
            Complain("an incident is malformed");
            return (400, new JsonObject { ["error"] = new JsonObject { ["message"] = "Invalid Input Provided" } });
        }

        lock (Gate)
        {
            string key = incident["incident_key"]!.ToString();
            if (_incidents.Any(i => i.IncidentKey == key))
            {
                return (400, new JsonObject { ["error"] = new JsonObject { ["message"] = "Open incident with matching dedup key already exists on this service" } });
            }

            var opened = new Opened($"Q{_incidents.Count}", key) { Service = incident["service"]!["id"]!.ToString(), Title = title, Details = incident["body"]!["details"]!.ToString() };
            _incidents.Add(opened);
            return (201, new JsonObject { ["incident"] = new JsonObject { ["id"] = opened.Id, ["status"] = "triggered", ["incident_key"] = key } });
        }
    }

    private (int Status, JsonObject Answer) Change(string id, Action<Opened> change)
    {
        lock (Gate)
        {
            if (_incidents.FirstOrDefault(i => i.Id == id && !i.IsRemoved) is not { } incident)
            {
                return (404, new JsonObject { ["error"] = new JsonObject { ["message"] = "Not Found" } });
            }

            change(incident);
            return (200, new JsonObject { ["incident"] = new JsonObject { ["id"] = id } });
        }
    }

    private sealed class Opened(string id, string key)
    {
        public string Id { get; } = id;

        public string IncidentKey { get; } = key;

        public string Service { get; init; } = "";

        public string Title { get; init; } = "";

        public string Details { get; init; } = "";

        public string Resolution { get; set; } = "";

        public List<string> Notes { get; } = [];

        public bool IsRemoved { get; set; }
    }
}
