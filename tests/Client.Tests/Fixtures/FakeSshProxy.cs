using System.Net;
using System.Net.Sockets;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Security;
using Teleport.Ssh;
using Teleport.Ssh.Keys;

namespace Teleport.Client.Tests.Fixtures;

/// <summary>The SSH port of a proxy, behind which stands one node; both behave as the test wants.</summary>
internal sealed class FakeSshProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _running = [];
    private readonly TestCluster _cluster;
    private readonly Task _serving;

    public FakeSshProxy(TestCluster cluster)
    {
        _cluster = cluster;
        ProxyKey = cluster.Host(SystemRole.Proxy, "localhost");
        NodeKey = cluster.Host(SystemRole.Node, "web1", "web1.demo");
        _listener.Start();
        _serving = ServeAsync();
    }

    public NetworkAddress Address => new("127.0.0.1", ((IPEndPoint)_listener.LocalEndpoint).Port);

    public SshCredential ProxyKey { get; set; }

    public SshCredential NodeKey { get; set; }

    public string? NodeBanner { get; set; }

    /// <summary>Why the proxy does not lead there; <c>null</c>: it does.</summary>
    public string? RouteRefusal { get; set; }

    /// <summary>Set: logins are refused, the proxy's or the node's, with this text if it is not empty.</summary>
    public string? ProxyRefusal { get; set; }

    public string? NodeRefusal { get; set; }

    /// <summary>Set: the node ends each connection with these words.</summary>
    public string? NodeGoodbye { get; set; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _listener.Stop();
        await Task.WhenAll(_running).WaitAsync(TimeSpan.FromSeconds(20));
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptSocketAsync(_stop.Token);
                _running.Add(QuietlyAsync(async () =>
                {
                    await using SshConnection connection = await SshConnection.AcceptAsync(
                        socket,
                        new SshServerOptions { HostKeys = [ProxyKey], Authenticator = new Gate(_cluster, ProxyRefusal), Handler = new Router(this) },
                        _stop.Token);
                    await connection.Completion.WaitAsync(_stop.Token);
                }));
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task ServeNodeAsync(SshChannel channel)
    {
        await using SshConnection node = await SshConnection.AcceptAsync(
            channel.AsStream(), new SshServerOptions { HostKeys = [NodeKey], Authenticator = new Gate(_cluster, NodeRefusal), Banner = NodeBanner }, _stop.Token);
        if (NodeGoodbye is { } words)
        {
            await node.CloseAsync(SshDisconnectReason.ByApplication, words);
        }

        await node.Completion.WaitAsync(_stop.Token);
    }

    private static async Task QuietlyAsync(Func<Task> serve)
    {
        try
        {
            await serve();
        }
        catch (Exception e) when (e is SshException or IOException or OperationCanceledException)
        {
            // The client sees why, or the test is over.
        }
    }

    private sealed class Gate(TestCluster cluster, string? refusal) : ISshServerAuthenticator
    {
        public IReadOnlyList<string> Methods { get; } = ["publickey"];

        public ValueTask<SshAuthenticationResult> AuthenticateAsync(SshAuthenticationAttempt attempt, CancellationToken ct) => ValueTask.FromResult(
            refusal is null && attempt.Certificate is { } certificate && cluster.UserKeys.Contains(certificate.SignatureKey)
                ? SshAuthenticationResult.Accept(certificate.KeyId)
                : SshAuthenticationResult.Reject(refusal is { Length: > 0 } ? refusal : null));
    }

    private sealed class Router(FakeSshProxy proxy) : ISshConnectionHandler
    {
        public ValueTask OnChannelOpenAsync(SshChannelOpen open, CancellationToken ct)
        {
            if (proxy.RouteRefusal is { } why)
            {
                open.Reject(ChannelOpenFailure.AdministrativelyProhibited, why);
            }
            else
            {
                proxy._running.Add(QuietlyAsync(() => proxy.ServeNodeAsync(open.Accept())));
            }

            return ValueTask.CompletedTask;
        }

        public ValueTask<SshGlobalReply> OnGlobalRequestAsync(string name, ReadOnlyMemory<byte> payload, CancellationToken ct) => ValueTask.FromResult(SshGlobalReply.Failure);
    }
}
