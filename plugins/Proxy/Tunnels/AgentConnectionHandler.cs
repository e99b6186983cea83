using System.IO.Pipelines;
using Teleport.Proxy.FrontDoor;
using Teleport.Ssh;

namespace Teleport.Proxy.Tunnels;

/// <summary>Serves what an agent asks in its tunnel: to be heard, and nothing else.</summary>
internal sealed class AgentConnectionHandler(AgentTunnel tunnel, string version) : ISshConnectionHandler, ISshChannelHandler
{
    private const string WrongPort = "Cannot open new SSH session on reverse tunnel. Are you connecting to the right port?";

    private readonly TaskCounter _heartbeats = new();
    private int _heartbeatCount;

    /// <summary>The tunnel that the connection is.</summary>
    public AgentTunnel Tunnel { get; } = tunnel;

    public ValueTask OnChannelOpenAsync(SshChannelOpen open, CancellationToken ct)
    {
        if (open.Type == "teleport-heartbeat" && Interlocked.Increment(ref _heartbeatCount) == 1)
        {
            _heartbeats.Add(DrainAsync(open.Accept(this), ct));
        }
        else
        {
            open.Reject(ChannelOpenFailure.AdministrativelyProhibited, WrongPort);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<SshGlobalReply> OnGlobalRequestAsync(string name, ReadOnlyMemory<byte> payload, CancellationToken ct) =>
        ValueTask.FromResult(SshGateway.CommonGlobalRequests.Answer(name, version));

    public ValueTask<bool> OnRequestAsync(SshChannel channel, string name, ReadOnlyMemory<byte> data, bool wantReply, CancellationToken ct)
    {
        bool isPing = name == "ping";
        if (isPing)
        {
            Tunnel.OnHeartbeat();
        }

        return ValueTask.FromResult(isPing);
    }

    private async Task DrainAsync(SshChannel channel, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                ReadResult result = await channel.Input.ReadAsync(cancellationToken);
                channel.Input.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    break;
                }
            }
        }
        catch (Exception e) when (e is SshException or OperationCanceledException)
        {
            // The tunnel ended, and the heartbeat with it.
        }

        Interlocked.Decrement(ref _heartbeatCount);
        await channel.DisposeAsync();
    }
}
