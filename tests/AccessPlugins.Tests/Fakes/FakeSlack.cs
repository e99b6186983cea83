using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Teleport.Abstractions.AccessPlugins;
using Teleport.Testing.AccessPlugins;

namespace Teleport.AccessPlugins.Tests.Fakes;

/// <summary>Slack as far as the plugin uses it: tokens, users, channels, messages, threads, clicks over HTTP and over sockets, limits and shapes of errors.</summary>
public sealed class FakeSlack : FakeHttpService, IServiceDouble
{
    public const string Team = "T0EXAMPLE";
    public const string SigningSecret = "8f742231b10e8888abcd99yyyzzz85a5";

    private static readonly TimeSpan AckLimit = TimeSpan.FromSeconds(3);
    private const int Burst = 8;

    private readonly List<Posted> _messages = [];
    private readonly Dictionary<string, List<long>> _sent = [];
    private readonly ConcurrentDictionary<string, byte> _tickets = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _acks = new();
    private readonly List<WebSocket> _sockets = [];
    private int _next;

    /// <summary>The bot token that is good.</summary>
    public string Token { get; set; } = "xoxb-first";

    public string AppToken { get; set; } = "xapp-first";

    /// <summary>Whether the app has the scopes for history.</summary>
    public bool HasHistory { get; set; } = true;

    /// <summary>Users by id.</summary>
    public ConcurrentDictionary<string, JsonObject> Users { get; } = new();

    /// <summary>Channels that the bot is in, by name.</summary>
    public ConcurrentDictionary<string, string> Channels { get; } = new(new Dictionary<string, string> { ["first"] = "C0FIRST00", ["second"] = "C0SECOND0" });

    /// <summary>What only one person was told: user and text.</summary>
    public ConcurrentQueue<(string User, string Text)> Whispers { get; } = new();

    /// <summary>How many sockets are open.</summary>
    public int Sockets
    {
        get
        {
            lock (Gate)
            {
                return _sockets.Count(static s => s.State == WebSocketState.Open);
            }
        }
    }

    public IReadOnlyList<ShownMessage> Messages
    {
        get
        {
            lock (Gate)
            {
                return [.. _messages.Where(static m => !m.IsRemoved && m.Thread is null).Select(Show)];
            }
        }
    }

    public string AddUser(string id, string email, Action<JsonObject>? change = null)
    {
        var user = new JsonObject
        {
            ["id"] = id, ["team_id"] = Team, ["name"] = email.Split('@')[0], ["deleted"] = false, ["is_bot"] = false, ["is_restricted"] = false,
            ["is_ultra_restricted"] = false, ["is_email_confirmed"] = true, ["profile"] = new JsonObject { ["email"] = email },
        };
        change?.Invoke(user);
        Users[id] = user;
        return id;
    }

    public void Remove(ShownMessage message)
    {
        lock (Gate)
        {
            _messages.First(m => m.Id == message.Id).IsRemoved = true;
        }
    }

    /// <summary>What Slack sends when a person clicks.</summary>
    public static JsonObject Click(ShownMessage message, string user, int button, string team = Team) => new()
    {
        ["type"] = "block_actions",
        ["api_app_id"] = "A0EXAMPLE",
        ["team"] = new JsonObject { ["id"] = Team },
        ["user"] = new JsonObject { ["id"] = user, ["username"] = "whatever", ["team_id"] = team },
        ["channel"] = new JsonObject { ["id"] = message.Id.Split('/')[0] },
        ["container"] = new JsonObject { ["type"] = "message", ["channel_id"] = message.Id.Split('/')[0], ["message_ts"] = message.Id.Split('/')[1] },
        ["actions"] = new JsonArray(new JsonObject
        {
            ["type"] = "button", ["block_id"] = "teleport_review", ["action_id"] = button == 0 ? "approve" : "deny", ["value"] = message.Buttons[button],
            ["action_ts"] = string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()}.{Random.Shared.Next()}"),
        }),
        ["trigger_id"] = "1.2.3",
        ["response_url"] = "https://hooks.slack.com/actions/T0/1/canary-response-url",
    };

    /// <summary>A click as an HTTP request, signed by Slack's scheme.</summary>
    public static CallbackRequest Signed(JsonObject payload, DateTimeOffset at, string secret = SigningSecret)
    {
        byte[] body = Encoding.UTF8.GetBytes("payload=" + Uri.EscapeDataString(payload.ToJsonString()));
        string time = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        string signature = "v0=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), (byte[])[.. Encoding.UTF8.GetBytes($"v0:{time}:"), .. body]));
        return new CallbackRequest
        {
            Method = "POST",
            Path = "/",
            Headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
            {
                ["Content-Type"] = "application/x-www-form-urlencoded", ["X-Slack-Request-Timestamp"] = time, ["X-Slack-Signature"] = signature,
            },
            Body = body,
        };
    }

    /// <summary>Sends a click over a socket, and waits for the acknowledgement.</summary>
    public async Task ClickOverSocketAsync(JsonObject payload, CancellationToken cancellationToken)
    {
        string id = Guid.NewGuid().ToString("D");
        var ack = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _acks[id] = ack;
        WebSocket socket;
        lock (Gate)
        {
            socket = _sockets.Last(static s => s.State == WebSocketState.Open);
        }

        await SendAsync(socket, new JsonObject { ["type"] = "interactive", ["envelope_id"] = id, ["accepts_response_payload"] = true, ["payload"] = payload }, cancellationToken);
        await ack.Task.WaitAsync(AckLimit, cancellationToken);
    }

    /// <summary>Tells all sockets that they will be closed soon, and closes them a moment later.</summary>
    public async Task RefreshSocketsAsync(CancellationToken cancellationToken)
    {
        WebSocket[] sockets;
        lock (Gate)
        {
            sockets = [.. _sockets.Where(static s => s.State == WebSocketState.Open)];
        }

        foreach (WebSocket socket in sockets)
        {
            await SendAsync(socket, new JsonObject { ["type"] = "disconnect", ["reason"] = "warning" }, cancellationToken);
        }
    }

    /// <summary>Drops all sockets without a word.</summary>
    public void DropSockets()
    {
        lock (Gate)
        {
            _sockets.ForEach(static s => s.Abort());
            _sockets.Clear();
        }
    }

    protected override bool IsWrite(HttpContext context) => context.Request.Path.Value is "/api/chat.postMessage" or "/api/chat.update" or "/api/chat.postEphemeral";

    protected override async Task HandleAsync(HttpContext context)
    {
        if (context.Request.Path.StartsWithSegments("/socket"))
        {
            await ServeSocketAsync(context);
            return;
        }

        string method = (context.Request.Path.Value ?? "").Replace("/api/", "", StringComparison.Ordinal);
        string token = method == "apps.connections.open" ? AppToken : Token;
        string authorization = context.Request.Headers.Authorization.ToString();
        if (authorization != $"Bearer {token}")
        {
            await FailAsync(context, authorization.Length == 0 ? "not_authed" : "invalid_auth");
            return;
        }

        JsonObject body = [];
        if (context.Request.ContentLength > 0)
        {
            if (!(context.Request.ContentType ?? "").StartsWith("application/json", StringComparison.Ordinal))
            {
                Complain($"{method} has the media type {context.Request.ContentType}");
            }

            body = (JsonObject)JsonNode.Parse(await ReadAsync(context))!;
        }

        string? error = method switch
        {
            "auth.test" or "apps.connections.open" or "users.info" or "users.lookupByEmail" or "conversations.open" or "conversations.history" or "conversations.list" => null,
            "chat.postMessage" or "chat.update" or "chat.postEphemeral" => await CheckAsync(context, method, body) ?? "",
            _ => "unknown_method",
        };
        if (error is "429")
        {
            return;
        }

        if (!string.IsNullOrEmpty(error))
        {
            await FailAsync(context, error);
            return;
        }

        await (method switch
        {
            "auth.test" => OkAsync(context, new JsonObject { ["team_id"] = Team, ["bot_id"] = "B0BOT", ["user_id"] = "U0BOT0000" }),
            "apps.connections.open" => OkAsync(context, new JsonObject { ["url"] = OpenTicket() }),
            "users.info" => Users.TryGetValue(context.Request.Query["user"].ToString(), out JsonObject? user) ? OkAsync(context, new JsonObject { ["user"] = user.DeepClone() }) : FailAsync(context, "user_not_found"),
            "users.lookupByEmail" => Users.Values.FirstOrDefault(u => u["profile"]!["email"]!.ToString() == context.Request.Query["email"]) is { } found
                ? OkAsync(context, new JsonObject { ["user"] = found.DeepClone() })
                : FailAsync(context, "users_not_found"),
            "conversations.open" => OkAsync(context, new JsonObject { ["channel"] = new JsonObject { ["id"] = "D" + body["users"] } }),
            "conversations.history" => HistoryAsync(context),
            "conversations.list" => HasHistory
                ? OkAsync(context, new JsonObject { ["channels"] = new JsonArray([.. Channels.Select(static c => new JsonObject { ["id"] = c.Value, ["name"] = c.Key })]) })
                : FailAsync(context, "missing_scope"),
            "chat.postMessage" => PostAsync(context, body),
            "chat.update" => UpdateAsync(context, body),
            _ => WhisperAsync(context, body),
        });
    }

    private Task HistoryAsync(HttpContext context)
    {
        if (!HasHistory)
        {
            return FailAsync(context, "missing_scope");
        }

        // By id only, as the real one.
        string channel = context.Request.Query["channel"].ToString();
        lock (Gate)
        {
            return OkAsync(context, new JsonObject
            {
                ["messages"] = new JsonArray([.. _messages.Where(m => m.Channel == channel && m.Thread is null && !m.IsRemoved).Reverse()
                    .Select(static m => new JsonObject { ["ts"] = m.Ts, ["text"] = m.Text, ["metadata"] = m.Metadata?.DeepClone() })]),
            });
        }
    }

    private Task PostAsync(HttpContext context, JsonObject body)
    {
        if (ChannelOf(body) is not { } channel)
        {
            return FailAsync(context, "channel_not_found");
        }

        lock (Gate)
        {
            string? thread = body["thread_ts"]?.ToString();
            if (thread is not null && !_messages.Any(m => m.Ts == thread && m.Channel == channel && !m.IsRemoved))
            {
                return FailAsync(context, "message_not_found");
            }

            var message = new Posted(channel, $"17000000{_next / 1000:00}.{_next++:000000}")
            {
                Recipient = body["channel"]!.ToString(), Text = body["text"]!.ToString(), Blocks = (JsonArray?)body["blocks"]?.DeepClone() ?? [],
                Thread = thread, Metadata = (JsonObject?)body["metadata"]?.DeepClone(),
            };
            _messages.Add(message);
            return OkAsync(context, new JsonObject { ["channel"] = channel, ["ts"] = message.Ts });
        }
    }

    private Task UpdateAsync(HttpContext context, JsonObject body)
    {
        lock (Gate)
        {
            Posted? message = _messages.FirstOrDefault(m => m.Channel == body["channel"]?.ToString() && m.Ts == body["ts"]?.ToString());
            if (message is null or { IsRemoved: true })
            {
                return FailAsync(context, "message_not_found");
            }

            (message.Text, message.Blocks) = (body["text"]!.ToString(), (JsonArray)body["blocks"]!.DeepClone());
            return OkAsync(context, new JsonObject { ["channel"] = message.Channel, ["ts"] = message.Ts, ["text"] = message.Text });
        }
    }

    private Task WhisperAsync(HttpContext context, JsonObject body)
    {
        Whispers.Enqueue((body["user"]!.ToString(), body["text"]!.ToString()));
        return OkAsync(context, new JsonObject { ["message_ts"] = "1.1" });
    }

    // What the real one refuses, and how often it may be called; null: nothing is wrong.
    private async Task<string?> CheckAsync(HttpContext context, string method, JsonObject body)
    {
        if (body["channel"] is null || body["text"] is null || (method == "chat.update" && body["ts"] is null) || (method == "chat.postEphemeral" && body["user"] is null))
        {
            Complain($"{method} lacks a field: {string.Join(", ", body.Select(static p => p.Key))}");
            return "invalid_arguments";
        }

        string channel = body["channel"]!.ToString();
        lock (Gate)
        {
            long now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
            List<long> sent = _sent.TryGetValue(channel, out List<long>? list) ? list : _sent[channel] = [];
            sent.RemoveAll(time => time < now - (Burst * 1000));
            sent.Add(now);
            if (sent.Count > 2 * Burst)
            {
                context.Response.Headers.RetryAfter = "1";
                context.Response.StatusCode = 429;
            }
        }

        if (context.Response.StatusCode == 429)
        {
            Complain($"{method} was called more often than a channel allows");
            await AnswerAsync(context, 429, """{"ok":false,"error":"ratelimited"}""");
            return "429";
        }

        string? problem = SlackRules.ProblemOf(body["blocks"] as JsonArray ?? []);
        if (problem is not null)
        {
            Complain($"{method}: {problem}");
        }

        return problem is null ? null : "invalid_blocks";
    }

    private string? ChannelOf(JsonObject body)
    {
        string name = body["channel"]!.ToString();
        return Channels.TryGetValue(name, out string? id) ? id
            : Channels.Values.Contains(name) || name.StartsWith('D') ? name
            : Users.ContainsKey(name) ? "D" + name
            : null;
    }

    private ShownMessage Show(Posted message) => new(
        message.Id,
        message.Recipient,
        string.Join("\n", message.Blocks.Select(static b => Literal(b!["text"])).OfType<string>().Append(message.Text)),
        [.. _messages.Where(m => m.Thread == message.Ts && m.Channel == message.Channel && !m.IsRemoved).Select(static m => m.Text)],
        [.. message.Blocks.Where(static b => b!["type"]!.ToString() == "actions").SelectMany(static b => b!["elements"]!.AsArray()).Select(static e => e!["value"]!.ToString())]);

    // Plain text is shown as it is; escaped here, it does not look like what mrkdwn would make of it.
    private static string? Literal(JsonNode? text) => text?["type"]?.ToString() == "plain_text"
        ? System.Net.WebUtility.HtmlEncode(text["text"]!.ToString())
        : text?["text"]?.ToString();

    private string OpenTicket()
    {
        string ticket = Guid.NewGuid().ToString("N");
        _tickets[ticket] = 0;
        return $"ws://{Address.Authority}/socket?ticket={ticket}";
    }

    private async Task ServeSocketAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest || !_tickets.TryRemove(context.Request.Query["ticket"].ToString(), out _))
        {
            context.Response.StatusCode = 401;
            return;
        }

        using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync();
        lock (Gate)
        {
            _sockets.Add(socket);
        }

        await SendAsync(socket, new JsonObject { ["type"] = "hello", ["num_connections"] = 1 }, context.RequestAborted);
        byte[] buffer = new byte[8192];
        try
        {
            while (socket.State == WebSocketState.Open)
            {
                ValueWebSocketReceiveResult received = await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted);
                if (received.MessageType == WebSocketMessageType.Text
                    && JsonNode.Parse(buffer.AsSpan(0, received.Count))!["envelope_id"]?.ToString() is { } id && _acks.TryRemove(id, out TaskCompletionSource? ack))
                {
                    ack.SetResult();
                }
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            // The other end is gone.
            return;
        }
        finally
        {
            lock (Gate)
            {
                _sockets.Remove(socket);
            }
        }
    }

    private static Task SendAsync(WebSocket socket, JsonObject message, CancellationToken cancellationToken) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(message.ToJsonString()), WebSocketMessageType.Text, true, cancellationToken);

    private static Task OkAsync(HttpContext context, JsonObject answer)
    {
        answer["ok"] = true;
        return AnswerAsync(context, 200, answer.ToJsonString());
    }

    private static Task FailAsync(HttpContext context, string error) => AnswerAsync(context, 200, new JsonObject { ["ok"] = false, ["error"] = error }.ToJsonString());

    private sealed class Posted(string channel, string ts)
    {
        public string Channel { get; } = channel;

        public string Ts { get; } = ts;

        public string Id => $"{Channel}/{Ts}";

        public string Recipient { get; init; } = "";

        public string Text { get; set; } = "";

        public JsonArray Blocks { get; set; } = [];

        public string? Thread { get; init; }

        public JsonObject? Metadata { get; init; }

        public bool IsRemoved { get; set; }
    }
}
