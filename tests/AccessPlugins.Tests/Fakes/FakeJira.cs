using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Teleport.Abstractions.AccessPlugins;
using Teleport.Testing.AccessPlugins;

namespace Teleport.AccessPlugins.Tests.Fakes;

/// <summary>Jira as far as the plugin uses it, Cloud or Data Center: a project with a workflow, issues, comments, who moved what, search by label.</summary>
public sealed class FakeJira(bool isCloud) : FakeHttpService, IServiceDouble
{
    public const string Secret = "jira-webhook-secret";

    private static readonly string[] Statuses = ["Backlog", "Pending", "Approved", "Denied", "Expired"];
    private readonly List<Issue> _issues = [];
    private int _next = 10000;

    public string Token { get; set; } = "jira-first";

    /// <summary>Accounts by id: whether they are active.</summary>
    public Dictionary<string, bool> Accounts { get; } = new() { ["bot"] = true };

    public IReadOnlyList<ShownMessage> Messages
    {
        get
        {
            lock (Gate)
            {
                return [.. _issues.Where(static i => !i.IsRemoved).Select(static i => new ShownMessage(i.Id, "TEL", $"{i.Summary}\n{i.Description}\n[{i.Status}]", [.. i.Comments], []))];
            }
        }
    }

    public string StatusOf(string id)
    {
        lock (Gate)
        {
            return _issues.First(i => i.Id == id).Status;
        }
    }

    public void Remove(ShownMessage message)
    {
        lock (Gate)
        {
            _issues.First(i => i.Id == message.Id).IsRemoved = true;
        }
    }

    /// <summary>A person moves an issue; gives the webhook that follows.</summary>
    public CallbackRequest Move(string issueId, string status, string account, string secret = Secret)
    {
        lock (Gate)
        {
            Move(_issues.First(i => i.Id == issueId), status, account);
        }

        byte[] body = Encoding.UTF8.GetBytes(new JsonObject
        {
            ["timestamp"] = Random.Shared.NextInt64(), ["webhookEvent"] = "jira:issue_updated", ["issue_event_type_name"] = "issue_generic",
            ["issue"] = new JsonObject { ["id"] = issueId }, ["user"] = new JsonObject { ["accountId"] = "somebody-else" },
        }.ToJsonString());
        return new CallbackRequest
        {
            Method = "POST",
            Path = "/",
            Headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
            {
                ["Content-Type"] = "application/json",
                ["X-Hub-Signature"] = "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body)),
                ["X-Atlassian-Webhook-Identifier"] = Guid.NewGuid().ToString("N"),
            },
            Body = body,
        };
    }

    protected override async Task HandleAsync(HttpContext context)
    {
        string expected = isCloud ? "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"bot@example.com:{Token}")) : $"Bearer {Token}";
        if (context.Request.Headers.Authorization != expected)
        {
            await AnswerAsync(context, 401, """{"errorMessages":["You are not authenticated."]}""");
            return;
        }

        string[] path = context.Request.Path.Value!.Trim('/').Split('/');
        JsonObject body = HttpMethods.IsGet(context.Request.Method) ? [] : (JsonObject)JsonNode.Parse(await ReadAsync(context))!;
        (int status, JsonObject? answer) = (context.Request.Method, path) switch
        {
            ("GET", ["rest", "api", "2", "myself"]) => (200, User("bot")),
            ("GET", ["rest", "api", "2", "user"]) => (200, User(context.Request.Query[isCloud ? "accountId" : "username"].ToString())),
            ("GET", ["rest", "api", "2", "project", "TEL"]) => (200, new JsonObject { ["key"] = "TEL" }),
            ("GET", ["rest", "api", "3", "search", "jql"]) when isCloud => (200, Search(context.Request.Query["jql"].ToString())),
            ("GET", ["rest", "api", "2", "search"]) when !isCloud => (200, Search(context.Request.Query["jql"].ToString())),
            ("GET", ["rest", "api", "2", "issue", var id]) => Read(id),
            ("POST", ["rest", "api", "2", "issue"]) => Create(body),
            ("PUT", ["rest", "api", "2", "issue", var id]) => Change(id, i => i.Description = body["fields"]!["description"]!.ToString()),
            ("POST", ["rest", "api", "2", "issue", var id, "comment"]) => Change(id, i => i.Comments.Add(body["body"]!.ToString())),
            ("POST", ["rest", "api", "2", "issue", var id, "transitions"]) =>
                Change(id, i => Move(i, Statuses[int.Parse(body["transition"]!["id"]!.ToString(), CultureInfo.InvariantCulture)], "bot")),
            _ => (404, null),
        };
        if (status == 204)
        {
            context.Response.StatusCode = 204;
            return;
        }

        await AnswerAsync(context, status, answer?.ToJsonString() ?? """{"errorMessages":["Issue does not exist"]}""");
    }

    private JsonObject User(string id) => isCloud
        ? new JsonObject { ["accountId"] = id, ["displayName"] = id, ["active"] = Accounts.GetValueOrDefault(id), ["accountType"] = "atlassian" }
        : new JsonObject { ["name"] = id, ["displayName"] = id, ["active"] = Accounts.GetValueOrDefault(id) };

    private JsonObject Search(string jql)
    {
        lock (Gate)
        {
            return new JsonObject { ["issues"] = new JsonArray([.. _issues.Where(i => i.Labels.Any(l => jql.Contains($"\"{l}\"", StringComparison.Ordinal) && l.Length > 10)).Select(static i => new JsonObject { ["id"] = i.Id, ["key"] = i.Key })]) };
        }
    }

    private (int Status, JsonObject? Answer) Read(string id)
    {
        lock (Gate)
        {
            Issue? issue = Find(id);
            return issue is null ? (404, null) : (200, new JsonObject
            {
                ["id"] = issue.Id,
                ["key"] = issue.Key,
                ["fields"] = new JsonObject { ["status"] = new JsonObject { ["name"] = issue.Status } },
                ["transitions"] = new JsonArray([.. Statuses.Select(static (s, i) => new JsonObject { ["id"] = i.ToString(CultureInfo.InvariantCulture), ["to"] = new JsonObject { ["name"] = s } })]),
                ["properties"] = new JsonObject { ["teleportAccessRequestId"] = issue.Request },
                ["changelog"] = new JsonObject { ["histories"] = new JsonArray([.. issue.Moves.Select(m => new JsonObject
                {
                    ["id"] = m.Id.ToString(CultureInfo.InvariantCulture), ["author"] = User(m.Who),
                    ["items"] = new JsonArray(new JsonObject { ["field"] = "status", ["toString"] = m.To }),
                })]) },
            });
        }
    }

    private (int Status, JsonObject? Answer) Create(JsonObject body)
    {
        JsonObject fields = body["fields"]!.AsObject();
        string summary = fields["summary"]!.ToString();
        if (summary.Length is 0 or >= 255 || summary.Contains('\n', StringComparison.Ordinal) || fields["description"]!.ToString().Length > 32767)
        {
            Complain("an issue is too long, or its summary has several lines");
            return (400, new JsonObject { ["errors"] = new JsonObject { ["summary"] = "Summary must be less than 255 characters." } });
        }

        string description = fields["description"]!.ToString();
        if (System.Text.RegularExpressions.Regex.IsMatch(description, @"(?<!\\)\{color|(?<!\\)\[x\]|\nBcc:"))
        {
            Complain("what people wrote is markup");
        }

        lock (Gate)
        {
            string id = (_next++).ToString(CultureInfo.InvariantCulture);
            var issue = new Issue(id, $"TEL-{id}")
            {
                Summary = summary, Description = fields["description"]!.ToString(), Labels = [.. fields["labels"]!.AsArray().Select(static l => l!.ToString())],
                Request = body["properties"]![0]!["value"]!.ToString(),
            };
            _issues.Add(issue);
            return (201, new JsonObject { ["id"] = issue.Id, ["key"] = issue.Key });
        }
    }

    private (int Status, JsonObject? Answer) Change(string id, Action<Issue> change)
    {
        lock (Gate)
        {
            if (Find(id) is not { } issue)
            {
                return (404, null);
            }

            change(issue);
            return (204, null);
        }
    }

    private Issue? Find(string id) => _issues.FirstOrDefault(i => (i.Id == id || i.Key == id) && !i.IsRemoved);

    private void Move(Issue issue, string status, string account)
    {
        issue.Status = status;
        issue.Moves.Add((_next++, account, status));
    }

    private sealed class Issue(string id, string key)
    {
        public string Id { get; } = id;

        public string Key { get; } = key;

        public string Summary { get; init; } = "";

        public string Description { get; set; } = "";

        public string Status { get; set; } = "Backlog";

        public string Request { get; init; } = "";

        public string[] Labels { get; init; } = [];

        public List<string> Comments { get; } = [];

        public List<(int Id, string Who, string To)> Moves { get; } = [];

        public bool IsRemoved { get; set; }
    }
}
