using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using Teleport.Ssh;

namespace Teleport.Agent.Tunnels;

/// <summary>Serves what a proxy opens in a tunnel: connections to this host itself, and to nothing else.</summary>
internal sealed partial class TransportHandler(JoinedService service, Func<TunnelDial, Stream, CancellationToken, Task> serve) : ISshConnectionHandler
{
    private const string LocalNode = "@local-node";
    private static readonly TimeSpan DialTimeout = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly HashSet<Task> _running = [];

    /// <summary>Ends when everything that came through the tunnel has ended.</summary>
    public Task Completion
    {
        get
        {
            lock (_gate)
            {
                return Task.WhenAll(_running);
            }
        }
    }

    public ValueTask OnChannelOpenAsync(SshChannelOpen open, CancellationToken ct)
    {
        if (open.Type != "teleport-transport")
        {
            open.Reject(ChannelOpenFailure.UnknownChannelType, "Only teleport-transport channels are served in a tunnel.");
            return ValueTask.CompletedTask;
        }

        // Not awaited here, as a connection lasts for hours: it is kept, and awaited when the tunnel ends.
        var requests = new DialRequests(service);
        Task connection = ServeAsync(open.Accept(requests), requests, ct);
        lock (_gate)
        {
            _running.RemoveWhere(static task => task.IsCompleted);
            _running.Add(connection);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<SshGlobalReply> OnGlobalRequestAsync(string name, ReadOnlyMemory<byte> payload, CancellationToken ct) =>
        ValueTask.FromResult(name == "keepalive@openssh.com" ? SshGlobalReply.Success() : SshGlobalReply.Failure);

    private async Task ServeAsync(SshChannel channel, DialRequests requests, CancellationToken ct)
    {
        await using (channel)
        {
            try
            {
                if (await requests.Accepted.WaitAsync(DialTimeout, service.Time, ct) is { } dial)
                {
                    await serve(dial, channel.AsStream(), ct);
                }
            }
            // A supervision boundary: the trouble of one connection never reaches the others of the tunnel.
            catch (Exception e)
            {
                LogConnectionFailed(service.Logger, e.Message);
            }
        }
    }

    [LoggerMessage(1174, LogLevel.Debug, "A connection through the tunnel ended: {Reason}")]
    private static partial void LogConnectionFailed(ILogger logger, string reason);

    /// <summary>Waits for the one request that says what the channel is for.</summary>
    private sealed class DialRequests(JoinedService service) : ISshChannelHandler
    {
        private readonly TaskCompletionSource<TunnelDial?> _accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<TunnelDial?> Accepted => _accepted.Task;

        public async ValueTask<bool> OnRequestAsync(SshChannel channel, string name, ReadOnlyMemory<byte> data, bool wantReply, CancellationToken ct)
        {
            if (name != "teleport-transport-dial" || _accepted.Task.IsCompleted)
            {
                return false;
            }

            TunnelDial? dial = Parse(data.Span);
            if (dial is not null && IsForThisHost(dial))
            {
                return _accepted.TrySetResult(dial);
            }

            await channel.WriteErrorAsync(Encoding.UTF8.GetBytes("This tunnel leads to its own host only."), ct);
            _accepted.TrySetResult(null);
            return false;
        }

        private bool IsForThisHost(TunnelDial dial) =>
            dial.Address == LocalNode
            && dial.ServerId == $"{service.HostId}.{service.ClusterName}"
            && (dial.ConnType is null or "" || dial.ConnType.Equals(service.Identity.Role.ToString(), StringComparison.OrdinalIgnoreCase));

        private static TunnelDial? Parse(ReadOnlySpan<byte> json)
        {
            try
            {
                return JsonSerializer.Deserialize(json, TunnelJson.Default.TunnelDial);
            }
            catch (JsonException)
            {
                // No request that this host knows: refused like any other that is not for it.
                return null;
            }
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(TunnelDial))]
internal sealed partial class TunnelJson : JsonSerializerContext;
