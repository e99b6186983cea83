using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Security;
using Teleport.Proxy.Relaying;
using Teleport.Ssh;

namespace Teleport.Proxy.Tunnels;

/// <summary>The tunnel of one agent: an SSH connection that the agent opened and that the proxy opens channels in.</summary>
internal sealed class AgentTunnel(SshConnection connection, HostIdentity agent, TimeProvider time)
{
    private const string LocalNode = "@local-node";
    private const int MaxErrorBytes = 1024;
    private static readonly TimeSpan DialTimeout = TimeSpan.FromSeconds(10);

    private long _lastHeard = time.GetTimestamp();

    public HostIdentity Agent { get; } = agent;

    public SshConnection Connection { get; } = connection;

    /// <summary>How long the agent's heartbeat has been missing.</summary>
    public TimeSpan Silence => time.GetElapsedTime(Interlocked.Read(ref _lastHeard));

    public void OnHeartbeat() => Interlocked.Exchange(ref _lastHeard, time.GetTimestamp());

    /// <summary>Drops the connection with everything in it.</summary>
    public void Abandon() => _ = Connection.CloseAsync(SshDisconnectReason.ByApplication, "the proxy is shutting down");

    /// <summary>Has the agent connect a new channel to its own node.</summary>
    /// <exception cref="TeleportException">Code <c>unavailable</c>: the agent does not, and why.</exception>
    public async Task<RelayTarget> DialAsync(string name, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Connection.Closed);
        timeout.CancelAfter(DialTimeout);
        SshChannel? channel = null;
        try
        {
            channel = await Connection.OpenChannelAsync("teleport-transport", ct: timeout.Token);
            byte[] payload = JsonSerializer.SerializeToUtf8Bytes(
                new TunnelDialPayload(LocalNode, $"{Agent.HostId}.{Agent.ClusterName}", Agent.Role.ToString().ToLowerInvariant()), TunnelDialJson.Default.TunnelDialPayload);
            if (await channel.SendRequestAsync("teleport-transport-dial", payload, wantReply: true, timeout.Token))
            {
                return RelayTarget.Of(channel);
            }

            string reason = await ReadErrorAsync(channel.ErrorInput, timeout.Token);
            throw TeleportException.Unavailable($"the agent of {name} refused the connection: {(reason.Length == 0 ? "it did not say why; see its log" : reason)}");
        }
        catch (Exception e)
        {
            if (channel is not null)
            {
                await channel.DisposeAsync();
            }

            throw e switch
            {
                OperationCanceledException when cancellationToken.IsCancellationRequested => e,
                OperationCanceledException => TeleportException.Unavailable($"the agent of {name} did not answer through its tunnel within {DialTimeout.TotalSeconds:0} s", e),
                SshException => TeleportException.Unavailable($"the tunnel of {name} was lost: {e.Message}", e),
                _ => e,
            };
        }
    }

    private static async Task<string> ReadErrorAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        var text = new ArrayBufferWriter<byte>();
        // What came before the refusal is here already; the agent may keep the channel open, so do not wait for its end.
        while (text.WrittenCount < MaxErrorBytes && reader.TryRead(out ReadResult result))
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (ReadOnlyMemory<byte> segment in result.Buffer)
            {
                text.Write(segment.Span[..Math.Min(segment.Length, MaxErrorBytes - text.WrittenCount)]);
            }

            reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                break;
            }
        }

        string raw = Encoding.UTF8.GetString(text.WrittenSpan).Trim();
        return string.Concat(raw.Select(static c => char.IsControl(c) ? ' ' : c));
    }
}
