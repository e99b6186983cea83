using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Teleport.Abstractions.AccessPlugins;
using Teleport.Testing.AccessPlugins;

namespace Teleport.AccessPlugins.Tests.Fakes;

/// <summary>Somebody's program that receives webhooks by the rules of Standard Webhooks: it verifies, and takes each id once.</summary>
public sealed class FakeReceiver : FakeHttpService, IServiceDouble
{
    public const string DecisionSecret = "decision-secret";

    private readonly Dictionary<string, Received> _requests = [];
    private readonly HashSet<string> _ids = [];

    public string Secret { get; set; } = "hook-first";

    public List<string> Refusals { get; } = [];

    public IReadOnlyList<ShownMessage> Messages
    {
        get
        {
            lock (Gate)
            {
                return [.. _requests.Values.Where(static r => !r.IsRemoved).Select(static r => new ShownMessage(r.Message, "webhook", r.Text, [], []))];
            }
        }
    }

    public void Remove(ShownMessage message)
    {
        lock (Gate)
        {
            _requests[message.Id].IsRemoved = true;
        }
    }

    /// <summary>A decision, signed.</summary>
    public static CallbackRequest Decide(string request, string message, string actor, string decision, DateTimeOffset at, string secret = DecisionSecret)
    {
        byte[] body = Encoding.UTF8.GetBytes(new JsonObject
        {
            ["request"] = request, ["message"] = message, ["decision"] = decision, ["reason"] = "by webhook", ["actor"] = new JsonObject { ["tenant"] = "acme", ["id"] = actor },
        }.ToJsonString());
        string id = Guid.NewGuid().ToString("N");
        string time = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{time}."), .. body];
        return new CallbackRequest
        {
            Method = "POST",
            Path = "/decision",
            Headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
            {
                ["Content-Type"] = "application/json", ["webhook-id"] = id, ["webhook-timestamp"] = time,
                ["webhook-signature"] = "v1," + Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed)),
            },
            Body = body,
        };
    }

    protected override async Task HandleAsync(HttpContext context)
    {
        string body = await ReadAsync(context);
        string id = context.Request.Headers["webhook-id"].ToString();
        string time = context.Request.Headers["webhook-timestamp"].ToString();
        string expected = "v1," + Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes($"{id}.{time}.{body}")));
        if (!context.Request.Headers["webhook-signature"].ToString().Split(' ').Contains(expected))
        {
            context.Response.StatusCode = 401;
            return;
        }

        JsonObject content = (JsonObject)JsonNode.Parse(body)!;
        lock (Gate)
        {
            string message = content["message"]!.ToString();
            if (content["type"]!.ToString() == "access_review.refused")
            {
                Refusals.Add(content["text"]!.ToString());
            }
            else if (_requests.TryGetValue(message, out Received? known) && known.IsRemoved)
            {
                context.Response.StatusCode = 410;
                return;
            }
            else if (_ids.Add(id))
            {
                // As a person would see it: the newest text, with the reviews that it tells of.
                string reviews = string.Join('\n', content["request"]!["reviews"]!.AsArray().Select(static r => $"{r!["author"]}: {r["reason"]}"));
                _requests[message] = new Received(message, $"{content["text"]}\n{reviews}\n{content["link"]}");
            }
        }

        context.Response.StatusCode = 204;
    }

    private sealed class Received(string message, string text)
    {
        public string Message { get; } = message;

        public string Text { get; } = text;

        public bool IsRemoved { get; set; }
    }
}
