using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Configuration;
using Teleport.Api;
using Teleport.Ssh;

namespace Teleport.Agent.Tunnels;

/// <summary>The tunnel to one proxy: dialled again and again, with growing delays, for as long as the proxy is there.</summary>
internal sealed partial class ProxyTunnel : IAsyncDisposable
{
    private const int DefaultPort = 3024;
    private static readonly TimeSpan DialTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PingPeriod = TimeSpan.FromSeconds(15);

    private readonly CancellationTokenSource _stop = new();
    private readonly JoinedService _service;
    private readonly ILogger _logger;
    private readonly string _proxyId;
    private readonly Func<TunnelDial, Stream, CancellationToken, Task> _serve;
    private readonly Action _connected;
    private readonly Task _loop;

    public ProxyTunnel(
        JoinedService service, string proxyId, string address, Func<TunnelDial, Stream, CancellationToken, Task> serve, Action connected)
    {
        (_service, _logger, _proxyId, Address, _serve, _connected) = (service, service.Logger, proxyId, address, serve, connected);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Where the proxy takes tunnels.</summary>
    public string Address { get; }

    public bool IsConnected { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var backoff = new Backoff(_service.Time);
        while (!_stop.IsCancellationRequested)
        {
            long begun = _service.Time.GetTimestamp();
            try
            {
                string reason = await HoldAsync(backoff);
                IsConnected = false;
                LogLost(Address, _service.Time.GetElapsedTime(begun), reason);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            // A supervision boundary: whatever goes wrong is reported, and the proxy is dialled again.
            catch (Exception e)
            {
                IsConnected = false;
                LogFailed(Address, e.Message);
            }

            try
            {
                await backoff.WaitAsync(_stop.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>Opens the tunnel and keeps it; returns why it ended.</summary>
    private async Task<string> HoldAsync(Backoff backoff)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        timeout.CancelAfter(DialTimeout);
        Stream transport = await TcpDialer.ConnectAsync(NetworkAddress.Parse(Address).WithDefaultPort(DefaultPort), timeout.Token);
        var handler = new TransportHandler(_service, _serve);
        await using SshConnection connection = await SshConnection.ConnectAsync(
            transport,
            new SshClientOptions
            {
                Transport = SshTransportOptions.Default,
                UserName = _service.HostId,
                Credentials = [_service.HostCredential],
                HostKeyVerifier = new ProxyVerifier(_service, _proxyId),
                Handler = handler,
            },
            timeout.Token);
        await using SshChannel heartbeat = await connection.OpenChannelAsync("teleport-heartbeat", ct: timeout.Token);
        IsConnected = true;
        backoff.Reset();
        LogOpen(Address);
        _connected();
        using var timer = new PeriodicTimer(PingPeriod, _service.Time);
        do
        {
            if (!await heartbeat.SendRequestAsync("ping", ReadOnlyMemory<byte>.Empty, wantReply: true, _stop.Token).WaitAsync(PingPeriod, _service.Time, _stop.Token))
            {
                return "the proxy does not answer heartbeats";
            }
        }
        while (!connection.Completion.IsCompleted && await timer.WaitForNextTickAsync(_stop.Token));
        await connection.DisposeAsync();
        await handler.Completion;
        return connection.CloseReason?.ToString() ?? "the connection ended";
    }

    [LoggerMessage(1171, LogLevel.Information, "The tunnel to {Address} is open.")]
    private partial void LogOpen(string address);

    [LoggerMessage(1172, LogLevel.Warning,
        "Lost the tunnel to {Address} after {Uptime}: {Reason}. It is dialled again. If this repeats, check that the address can be reached from this host.")]
    private partial void LogLost(string address, TimeSpan uptime, string reason);

    [LoggerMessage(1173, LogLevel.Warning,
        "Cannot open a tunnel to {Address}: {Reason} It is dialled again. If this repeats, check tunnel_public_addr of the proxy.")]
    private partial void LogFailed(string address, string reason);
}
