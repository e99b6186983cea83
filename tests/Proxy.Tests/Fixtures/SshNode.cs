using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Teleport.Abstractions.Security;
using Teleport.Agent;
using Teleport.Ssh;
using Teleport.Ssh.Keys;
using Teleport.Ssh.Messages;

namespace Teleport.Proxy.Tests.Fixtures;

/// <summary>A node that speaks SSH: checks the proxy's header, lets any certificate of the cluster in, and repeats commands.</summary>
internal sealed class SshNode : ISshServerAuthenticator, ISshConnectionHandler, ISshChannelHandler, IAsyncDisposable
{
    private const string Id = "1333be40-ff8e-4d4f-871e-72eac0ffdf29";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _running = [];
    private readonly TestProxy _proxy;
    private readonly SshCredential _credential;
    private readonly Task _serving;

    public SshNode(TestProxy proxy)
    {
        _proxy = proxy;
        _credential = proxy.Authorities.Host(SystemRole.Node, Id, "labhost", "labhost.lab.example");
        _listener.Start();
        _serving = ServeAsync();
    }

    public string Address => _listener.LocalEndpoint.ToString()!;

    public ConcurrentQueue<IPEndPoint> Clients { get; } = [];

    public IReadOnlyList<string> Methods { get; } = ["publickey"];

    public ValueTask<SshAuthenticationResult> AuthenticateAsync(SshAuthenticationAttempt attempt, CancellationToken ct) => ValueTask.FromResult(
        attempt.Certificate is { } certificate && _proxy.Snapshot.UserAuthorities.SshKeys.Contains(certificate.SignatureKey)
            ? SshAuthenticationResult.Accept(certificate.KeyId)
            : SshAuthenticationResult.Reject());

    public ValueTask OnChannelOpenAsync(SshChannelOpen open, CancellationToken ct)
    {
        open.Accept(this);
        return ValueTask.CompletedTask;
    }

    public ValueTask<SshGlobalReply> OnGlobalRequestAsync(string name, ReadOnlyMemory<byte> payload, CancellationToken ct) =>
        ValueTask.FromResult(SshGlobalReply.Failure);

    public ValueTask<bool> OnRequestAsync(SshChannel channel, string name, ReadOnlyMemory<byte> data, bool wantReply, CancellationToken ct)
    {
        if (name == "exec")
        {
            _running.Add(RunAsync(channel, SshPayload.Parse<ExecRequest>(data.Span).Command));
        }

        return ValueTask.FromResult(name == "exec");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving.WaitAsync(TestProxy.Patience);
        await Task.WhenAll(_running).WaitAsync(TestProxy.Patience);
        _listener.Dispose();
        _stop.Dispose();
    }

    private static async Task RunAsync(SshChannel channel, string command)
    {
        await channel.Output.WriteAsync(Encoding.UTF8.GetBytes($"you said: {command}\n"));
        uint status = command.StartsWith("exit-with ", StringComparison.Ordinal) ? uint.Parse(command["exit-with ".Length..], CultureInfo.InvariantCulture) : 0;
        await channel.SendEofAsync();
        await channel.SendRequestAsync(new ExitStatus(status), wantReply: false);
        await channel.CloseAsync();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                _running.Add(ServeAsync(await _listener.AcceptSocketAsync(_stop.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            var stream = new HeaderStream(new NetworkStream(socket, ownsSocket: true), header =>
                Clients.Enqueue(ProxyHeader.Verify(header, ((IEnumerable<Abstractions.Resources.Server>)_proxy.Snapshot.Nodes.Values).Single().Metadata.Name, _proxy.Snapshot, _proxy.Time)));
            await using SshConnection connection = await SshConnection.AcceptAsync(
                stream, new SshServerOptions { HostKeys = [_credential], Authenticator = this, Handler = this }, _stop.Token);
            await connection.Completion.WaitAsync(_stop.Token);
        }
        catch (Exception e) when (e is SshException or OperationCanceledException)
        {
            // The client sees why, or the test is over.
        }
    }
}
