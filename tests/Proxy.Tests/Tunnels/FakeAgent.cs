using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Teleport.Abstractions.Security;
using Teleport.Proxy.Tests.Fixtures;
using Teleport.Ssh;

namespace Teleport.Proxy.Tests.Tunnels;

/// <summary>An agent at the other end of a tunnel: serves dials as a fake node, or refuses them.</summary>
internal sealed class FakeAgent : ISshConnectionHandler, ISshChannelHandler, IAsyncDisposable
{
    private readonly ConcurrentBag<Task> _serving = [];
    private SshConnection? _connection;

    public SshConnection Connection => _connection!;

    public string? Refusal { get; init; }

    public List<byte[]> Headers { get; } = [];

    public ConcurrentQueue<string> Dials { get; } = [];

    public static async Task<FakeAgent> ConnectAsync(TestProxy proxy, string hostId, string? refusal = null, IPEndPoint? port = null)
    {
        var agent = new FakeAgent { Refusal = refusal };
        agent._connection = await TestProxy.ConnectAsync(
            new SshClientOptions
            {
                UserName = hostId,
                Credentials = [proxy.Authorities.Host(SystemRole.Node, hostId)],
                HostKeyVerifier = new CertificateAuthorityVerifier(proxy.Authorities.HostKeys, ["127.0.0.1"], proxy.Time),
                Handler = agent,
            },
            port ?? proxy.TunnelPort);
        return agent;
    }

    public ValueTask OnChannelOpenAsync(SshChannelOpen open, CancellationToken ct)
    {
        if (open.Type == "teleport-transport")
        {
            open.Accept(this);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<SshGlobalReply> OnGlobalRequestAsync(string name, ReadOnlyMemory<byte> payload, CancellationToken ct) =>
        ValueTask.FromResult(SshGlobalReply.Failure);

    public async ValueTask<bool> OnRequestAsync(SshChannel channel, string name, ReadOnlyMemory<byte> data, bool wantReply, CancellationToken ct)
    {
        using JsonDocument dial = JsonDocument.Parse(data);
        Dials.Enqueue($"{name} {dial.RootElement.GetProperty("address").GetString()} {dial.RootElement.GetProperty("server_id").GetString()} {dial.RootElement.GetProperty("conn_type").GetString()}");
        await channel.WriteErrorAsync(" "u8.ToArray(), ct);
        if (Refusal is not null)
        {
            await channel.WriteErrorAsync(Encoding.UTF8.GetBytes(Refusal), ct);
            return false;
        }

        _serving.Add(ServeAsync(channel, ct));
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync();
        await Task.WhenAll(_serving).WaitAsync(TestProxy.Patience);
    }

    private async Task ServeAsync(SshChannel channel, CancellationToken ct)
    {
        try
        {
            await FakeNode.EchoAsync(channel.AsStream(), FakeNode.Greeting, Headers, ct);
            await channel.DisposeAsync();
        }
        catch (Exception e) when (e is SshException or OperationCanceledException or IOException)
        {
            // The tunnel or the test is over.
        }
    }
}
