using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Teleport.Abstractions.AccessPlugins;

namespace Teleport.AccessPlugins.Slack;

/// <summary>Socket Mode: a connection to Slack on which clicks arrive. That Slack sent them, the TLS connection proves, which the app token opened.</summary>
internal sealed class SlackSocket(SlackApi api, Uri apiUrl, IClickSink clicks)
{
    private const int MaxMessageBytes = 1024 * 1024;
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan HelloLimit = TimeSpan.FromSeconds(15);

    // How long an old connection is still read after a new one took its place.
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(30);

    /// <summary>Reads until the connection is lost; opens another before Slack closes the present one.</summary>
    /// <exception cref="AccessPluginException">It was lost, or cannot be opened.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var old = new List<Task>();
        try
        {
            ClientWebSocket socket = await ConnectAsync(cancellationToken);
            while (true)
            {
                var refresh = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                Task pump = PumpAsync(socket, refresh, cancellationToken);
                if (await Task.WhenAny(pump, refresh.Task) == pump)
                {
                    await pump;
                    return;
                }

                socket = await ConnectAsync(cancellationToken);
                old.RemoveAll(static task => task.IsCompleted);
                old.Add(EndAsync(pump));
            }
        }
        finally
        {
            await Task.WhenAll(old);
        }
    }

    private async Task<ClientWebSocket> ConnectAsync(CancellationToken cancellationToken)
    {
        Uri address = Check((await api.OpenSocketAsync(cancellationToken)).Url);
        var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = TimeSpan.FromSeconds(5);
        socket.Options.KeepAliveTimeout = TimeSpan.FromSeconds(20);
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(ConnectLimit);
            await socket.ConnectAsync(address, limit.Token);
            return socket;
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            socket.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            // The address itself is a secret.
            throw new AccessPluginException(AccessPluginFailure.Unavailable, "Slack's Socket Mode cannot be connected to.", null, e);
        }
    }

    // Only Slack's own hosts, or this one, where a test stands in for Slack.
    private Uri Check(string? url)
    {
        bool isGood = Uri.TryCreate(url, UriKind.Absolute, out Uri? address)
            && (apiUrl.IsLoopback
                ? address.Scheme is "ws" or "wss" && address.IsLoopback
                : address.Scheme == "wss" && address.Host.EndsWith(".slack.com", StringComparison.OrdinalIgnoreCase));
        return isGood ? address! : throw new AccessPluginException(AccessPluginFailure.Refused, "Slack named an address for Socket Mode that is not Slack's.");
    }

    private async Task PumpAsync(ClientWebSocket socket, TaskCompletionSource refresh, CancellationToken cancellationToken)
    {
        using (socket)
        {
            bool isGreeted = false;
            while (true)
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                if (!isGreeted)
                {
                    limit.CancelAfter(HelloLimit);
                }

                Envelope envelope = await ReceiveAsync(socket, limit.Token, cancellationToken);
                switch (envelope.Type)
                {
                    case "hello":
                        isGreeted = true;
                        clicks.ReportConnection(null);
                        break;
                    case "disconnect" when envelope.Reason == "link_disabled":
                        throw new AccessPluginException(AccessPluginFailure.Refused, "Socket Mode is switched off for the Slack app. Switch it on at api.slack.com/apps.");
                    case "disconnect":
                        refresh.TrySetResult();
                        break;
                    case "interactive" when envelope.EnvelopeId is { Length: > 0 } id:
                        // Before the work: Slack waits three seconds only.
                        await SendAsync(socket, new JsonObject { ["envelope_id"] = id }, cancellationToken);
                        if (envelope.Payload is { } payload && SlackClicks.Of(payload) is { } click)
                        {
                            await clicks.OfferAsync(click, cancellationToken);
                        }

                        break;
                    default:
                        // Kinds of messages that this plugin did not ask for.
                        break;
                }
            }
        }
    }

    private static async Task<Envelope> ReceiveAsync(ClientWebSocket socket, CancellationToken limit, CancellationToken cancellationToken)
    {
        var message = new MemoryStream();
        byte[] buffer = new byte[16 * 1024];
        try
        {
            while (true)
            {
                ValueWebSocketReceiveResult received = await socket.ReceiveAsync(buffer.AsMemory(), limit);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    throw Lost("Slack closed the connection.", null);
                }

                if (message.Length + received.Count > MaxMessageBytes)
                {
                    throw Lost($"A message of more than {MaxMessageBytes} bytes arrived.", null);
                }

                message.Write(buffer, 0, received.Count);
                if (received.EndOfMessage)
                {
                    return JsonSerializer.Deserialize(message.GetBuffer().AsSpan(0, (int)message.Length), SlackJson.Default.Envelope)
                        ?? throw Lost("A message is null.", null);
                }
            }
        }
        catch (JsonException e)
        {
            throw Lost("A message is no JSON.", e);
        }
        catch (WebSocketException e)
        {
            throw Lost(e.Message, e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Lost("Slack did not say hello.", e);
        }
    }

    private static async Task SendAsync(ClientWebSocket socket, JsonObject message, CancellationToken cancellationToken)
    {
        try
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(message.ToJsonString()), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
        }
        catch (WebSocketException e)
        {
            throw Lost(e.Message, e);
        }
    }

    // The old connection ends by itself; nobody waits for how.
    private static async Task EndAsync(Task pump)
    {
        try
        {
            await pump.WaitAsync(Overlap);
        }
        catch (Exception e) when (e is AccessPluginException or TimeoutException or OperationCanceledException)
        {
            // The new connection has taken its place.
            return;
        }
    }

    private static AccessPluginException Lost(string why, Exception? e) => new(AccessPluginFailure.Unavailable, $"The connection of Slack's Socket Mode is lost: {why}", null, e);
}
