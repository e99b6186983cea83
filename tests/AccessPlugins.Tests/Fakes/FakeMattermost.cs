using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Teleport.Abstractions.AccessPlugins;
using Teleport.Testing.AccessPlugins;

namespace Teleport.AccessPlugins.Tests.Fakes;

/// <summary>Mattermost as far as the plugin uses it: teams, channels, people, posts with attachments, threads, what only one person sees.</summary>
public sealed class FakeMattermost : FakeHttpService, IServiceDouble
{
    private const string Bot = "botbotbotbotbotbotbotbotbo";
    private readonly List<Post> _posts = [];

    public string Token { get; set; } = "mm-first";

    /// <summary>Users by id.</summary>
    public Dictionary<string, JsonObject> Users { get; } = [];

    public List<(string User, string Text)> Whispers { get; } = [];

    public IReadOnlyList<ShownMessage> Messages
    {
        get
        {
            lock (Gate)
            {
                return [.. _posts.Where(static p => !p.IsRemoved && p.Root is null).Select(p => new ShownMessage(
                    p.Id, p.Channel, p.Text, [.. _posts.Where(r => r.Root == p.Id).Select(static r => r.Text)],
                    [.. (p.Props["attachments"] as JsonArray ?? []).SelectMany(static a => a!["actions"]!.AsArray()).Select(static a => a!["integration"]!["context"]!["token"]!.ToString())]))];
            }
        }
    }

    public string AddUser(string id, string email, string roles = "system_user")
    {
        Users[id] = new JsonObject { ["id"] = id, ["username"] = email.Split('@')[0], ["email"] = email, ["email_verified"] = true, ["delete_at"] = 0, ["roles"] = roles };
        return id;
    }

    public void Remove(ShownMessage message)
    {
        lock (Gate)
        {
            _posts.First(p => p.Id == message.Id).IsRemoved = true;
        }
    }

    /// <summary>What the server sends to the address of a button.</summary>
    public CallbackRequest Click(ShownMessage message, string user, int button)
    {
        string url;
        lock (Gate)
        {
            url = _posts.First(p => p.Id == message.Id).Props["attachments"]![0]!["actions"]![button]!["integration"]!["url"]!.ToString();
        }

        return new CallbackRequest
        {
            Method = "POST",
            Path = "/" + Uri.UnescapeDataString(url[(url.LastIndexOf('/') + 1)..]),
            RemoteAddress = "10.0.0.9:4711",
            Headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["Content-Type"] = "application/json" },
            Body = Encoding.UTF8.GetBytes(new JsonObject
            {
                ["user_id"] = user, ["user_name"] = "whatever", ["channel_id"] = message.Recipient, ["post_id"] = message.Id, ["trigger_id"] = Guid.NewGuid().ToString("N"),
                ["context"] = new JsonObject { ["token"] = message.Buttons[button] },
            }.ToJsonString()),
        };
    }

    protected override async Task HandleAsync(HttpContext context)
    {
        if (context.Request.Headers.Authorization != $"Bearer {Token}")
        {
            await AnswerAsync(context, 401, """{"id":"api.context.session_expired.app_error","status_code":401}""");
            return;
        }

        string[] path = context.Request.Path.Value!.Trim('/').Split('/');
        JsonNode? body = HttpMethods.IsGet(context.Request.Method) ? null : JsonNode.Parse(await ReadAsync(context));
        (int status, JsonObject answer) = (context.Request.Method, path[2..]) switch
        {
            ("GET", ["users", "me"]) => (200, new JsonObject { ["id"] = Bot }),
            ("GET", ["users", "email", var email]) => Users.Values.FirstOrDefault(u => u["email"]!.ToString() == email) is { } found ? (200, (JsonObject)found.DeepClone()) : (404, Missing()),
            ("GET", ["users", var id]) => Users.TryGetValue(id, out JsonObject? user) ? (200, (JsonObject)user.DeepClone()) : (404, Missing()),
            ("POST", ["channels", "direct"]) => (201, new JsonObject { ["id"] = $"dm-{body![1]}" }),
            ("GET", ["teams", "name", "main", "channels", "name", var name]) when name is "first" or "second" => (200, new JsonObject { ["id"] = $"ch-{name}" }),
            ("GET", ["channels", var channel, "posts"]) => (200, List(channel)),
            ("GET", ["posts", var id]) => Change(id, static _ => { }),
            ("POST", ["posts", "ephemeral"]) => Whisper((JsonObject)body!),
            ("POST", ["posts"]) => Create((JsonObject)body!),
            ("PUT", ["posts", var id, "patch"]) => Change(id, p => (p.Text, p.Props) = (Checked(body!["message"]!.ToString()), (JsonObject)body["props"]!.DeepClone())),
            _ => (404, Missing()),
        };
        await AnswerAsync(context, status, answer.ToJsonString());
    }

    private static JsonObject Missing() => new() { ["id"] = "app.not_found", ["message"] = "not found", ["status_code"] = 404 };

    private (int Status, JsonObject Answer) Create(JsonObject body)
    {
        lock (Gate)
        {
            var post = new Post($"post{_posts.Count:00000}", body["channel_id"]!.ToString())
            {
                Text = Checked(body["message"]!.ToString()), Root = body["root_id"]?.ToString(), Props = (JsonObject?)body["props"]?.DeepClone() ?? [],
            };
            if (post.Root is { } root && !_posts.Any(p => p.Id == root && !p.IsRemoved))
            {
                return (404, Missing());
            }

            _posts.Add(post);
            return (201, Show(post));
        }
    }

    private (int Status, JsonObject Answer) Change(string id, Action<Post> change)
    {
        lock (Gate)
        {
            if (_posts.FirstOrDefault(p => p.Id == id && !p.IsRemoved) is not { } post)
            {
                return (404, Missing());
            }

            change(post);
            return (200, Show(post));
        }
    }

    private (int Status, JsonObject Answer) Whisper(JsonObject body)
    {
        lock (Gate)
        {
            Whispers.Add((body["user_id"]!.ToString(), body["post"]!["message"]!.ToString()));
            return (201, new JsonObject { ["id"] = "whisper" });
        }
    }

    private JsonObject List(string channel)
    {
        lock (Gate)
        {
            var posts = new JsonObject();
            foreach (Post post in _posts.Where(p => p.Channel == channel && !p.IsRemoved))
            {
                posts[post.Id] = Show(post);
            }

            return new JsonObject { ["posts"] = posts };
        }
    }

    private static JsonObject Show(Post post) => new() { ["id"] = post.Id, ["channel_id"] = post.Channel, ["user_id"] = Bot, ["props"] = post.Props.DeepClone() };

    private string Checked(string text)
    {
        if (text.Length is 0 or > 4000)
        {
            Complain($"a post has {text.Length} characters");
        }

        // What the server would make of it: mentions, links of others, commands.
        if (text.Contains("@all", StringComparison.Ordinal) || text.Contains("@channel", StringComparison.Ordinal) || text.Contains("@here", StringComparison.Ordinal)
            || text.Contains("](https://evil", StringComparison.Ordinal) || text.Contains("\n/close", StringComparison.Ordinal))
        {
            Complain("a post mentions, links or commands what people wrote");
        }

        return text;
    }

    private sealed class Post(string id, string channel)
    {
        public string Id { get; } = id;

        public string Channel { get; } = channel;

        public string Text { get; set; } = "";

        public string? Root { get; init; }

        public JsonObject Props { get; set; } = [];

        public bool IsRemoved { get; set; }
    }
}
