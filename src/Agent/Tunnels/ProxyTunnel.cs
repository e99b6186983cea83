using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Errors;
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
    private readonly CancellationTokenSource _retire = new();
    private readonly JoinedService _service;
    private readonly ILogger _logger;
    private readonly string _proxyId;
    private readonly Func<TunnelDial, Stream, CancellationToken, Task> _serve;
    private readonly Action _connected;
    private readonly Task _loop;
    private volatile bool _isConnected;

    public ProxyTunnel(
        JoinedService service, string proxyId, string address, Func<TunnelDial, Stream, CancellationToken, Task> serve, Action connected)
    {
        (_service, _logger, _proxyId, Address, _serve, _connected) = (service, service.Logger, proxyId, address, serve, connected);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Where the proxy takes tunnels, as it announces.</summary>
    public string Address { get; }

    public bool IsConnected => _isConnected;

    /// <summary>Whether it was retired and nothing runs through it any more.</summary>
    public bool HasEnded => _loop.IsCompleted;

    /// <summary>Dials no more. An open tunnel stays until the proxy closes it.</summary>
    public void Retire() => _retire.Cancel();

    public async ValueTask DisposeAsync()
    {
        await _retire.CancelAsync();
        await _stop.CancelAsync();
        await _loop;
        _retire.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var backoff = new Backoff(_service.Time);
        try
        {
            while (!_retire.IsCancellationRequested)
            {
                await TryHoldAsync(backoff);
                await backoff.WaitAsync(_retire.Token);
            }
        }
        catch (OperationCanceledException) when (_retire.IsCancellationRequested)
        {
            // The proxy is gone, or the service stops.
        }
    }

    private async Task TryHoldAsync(Backoff backoff)
    {
        long begun = _service.Time.GetTimestamp();
        var handler = new TransportHandler(_service, _serve);
        try
        {
            await using SshConnection connection = await DialAsync(handler);
            string reason = await HoldAsync(connection, backoff);
            LogLost(Address, _service.Time.GetElapsedTime(begun), reason);
        }
        // A supervision boundary: whatever goes wrong is reported, and the proxy is dialled again.
        catch (Exception e) when (!_stop.IsCancellationRequested)
        {
            LogFailed(Address, e is OperationCanceledException ? $"it did not answer within {DialTimeout.TotalSeconds:0} s." : e.Message);
        }
        catch (OperationCanceledException)
        {
            // The service stops.
        }
        finally
        {
            _isConnected = false;
            await handler.Completion;
        }
    }

    /// <summary>Dials the announced address, and where that leads nowhere, the host by which the cluster was joined: behind NAT a proxy may not know its own.</summary>
    private async Task<SshConnection> DialAsync(TransportHandler handler)
    {
        NetworkAddress announced = NetworkAddress.Parse(Address).WithDefaultPort(DefaultPort);
        NetworkAddress known = announced with { Host = _service.Endpoint.Address.Host };
        if (IsUnspecified(announced.Host) || announced == known)
        {
            return await ConnectAsync(known, handler);
        }

        try
        {
            return await ConnectAsync(announced, handler);
        }
        catch (Exception e) when (e is SocketException or SshException or OperationCanceledException && !_stop.IsCancellationRequested && _service.ThroughProxy)
        {
            LogTryingKnown(announced.ToHostPort(), e.Message, known.ToHostPort());
            try
            {
                return await ConnectAsync(known, handler);
            }
            catch (Exception second) when (second is SocketException or SshException)
            {
                // The announced address is what somebody has to mend.
                throw TeleportException.Unavailable($"{e.Message} Nor by {known.ToHostPort()}: {second.Message}", e);
            }
        }
    }

    private async Task<SshConnection> ConnectAsync(NetworkAddress address, TransportHandler handler)
    {
        using var timeout = new CancellationTokenSource(DialTimeout, _service.Time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _retire.Token);
        Stream transport = await TcpDialer.ConnectAsync(address, stop.Token);
        return await SshConnection.ConnectAsync(
            transport,
            new SshClientOptions
            {
                Transport = SshTransportOptions.Default,
                UserName = _service.HostId,
                Credentials = [_service.HostCredential],
                HostKeyVerifier = new ProxyVerifier(_service, _proxyId),
                Handler = handler,
            },
            stop.Token);
    }

    /// <summary>Keeps the tunnel; returns why it ended.</summary>
    private async Task<string> HoldAsync(SshConnection connection, Backoff backoff)
    {
        await using SshChannel heartbeat = await connection.OpenChannelAsync("teleport-heartbeat", ct: _stop.Token).WaitAsync(DialTimeout, _service.Time);
        _isConnected = true;
        backoff.Reset();
        LogOpen(Address);
        _connected();
        while (!connection.Completion.IsCompleted)
        {
            try
            {
                if (!await heartbeat.SendRequestAsync("ping", ReadOnlyMemory<byte>.Empty, wantReply: true, _stop.Token).WaitAsync(PingPeriod, _service.Time, _stop.Token))
                {
                    return "the proxy refuses heartbeats";
                }
            }
            catch (TimeoutException)
            {
                return $"the proxy did not answer a heartbeat within {PingPeriod.TotalSeconds:0} s";
            }
            catch (SshException) when (connection.Completion.IsCompleted)
            {
                break;
            }

            await WaitAsync(connection.Completion);
        }

        return connection.CloseReason?.ToString() ?? "the connection ended";
    }

    /// <summary>Waits for the time of the next heartbeat, or for the end of the connection.</summary>
    private async Task WaitAsync(Task connectionEnded)
    {
        try
        {
            await connectionEnded.WaitAsync(PingPeriod, _service.Time, _stop.Token);
        }
        catch (TimeoutException)
        {
            // Time for a heartbeat.
        }
    }

    private static bool IsUnspecified(string host) =>
        host.Length == 0 || (IPAddress.TryParse(host, out IPAddress? address) && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)));

    [LoggerMessage(1171, LogLevel.Information, "The tunnel to {Address} is open.")]
    private partial void LogOpen(string address);

    [LoggerMessage(1172, LogLevel.Warning,
        "Lost the tunnel to {Address} after {Uptime}: {Reason}. It is dialled again. If this repeats, check that the address can be reached from this host.")]
    private partial void LogLost(string address, TimeSpan uptime, string reason);

    [LoggerMessage(1173, LogLevel.Warning,
        "Cannot open a tunnel to {Address}: {Reason} It is dialled again. If this repeats, check tunnel_public_addr of the proxy.")]
    private partial void LogFailed(string address, string reason);

    [LoggerMessage(1175, LogLevel.Information, "The tunnel address {Announced} leads nowhere from here ({Reason}); trying {Known}.")]
    private partial void LogTryingKnown(string announced, string reason, string known);
}
