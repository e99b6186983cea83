using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Resources;
using Teleport.Agent.Tunnels;

namespace Teleport.Agent;

/// <summary>Keeps a tunnel open to every proxy of the cluster's state, so that a host without an open port can be reached.</summary>
public sealed partial class TunnelAgent : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly JoinedService _service;
    private readonly ILogger _logger;
    private readonly Func<TunnelDial, Stream, CancellationToken, Task> _serve;
    private readonly Task _loop;
    private ImmutableDictionary<string, ProxyTunnel> _tunnels = ImmutableDictionary<string, ProxyTunnel>.Empty;

    // Of proxies that are gone from the cluster's state: not dialled again, but what runs through them may end in peace.
    private ImmutableList<ProxyTunnel> _retired = [];

    /// <summary>Begins to dial.</summary>
    /// <param name="service">The service that is to be reached. It must follow proxies: <see cref="JoinOptions.WatchedKinds"/>.</param>
    /// <param name="serve">Serves a connection that came through a tunnel; the stream ends with the task.</param>
    public TunnelAgent(JoinedService service, Func<TunnelDial, Stream, CancellationToken, Task> serve)
    {
        ArgumentNullException.ThrowIfNull(service);
        (_service, _logger, _serve) = (service, service.Logger, serve);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>How many tunnels are open.</summary>
    public int Connected => _tunnels.Values.Count(static tunnel => tunnel.IsConnected);

    /// <summary>Completes when the first tunnel is open.</summary>
    public Task FirstAsync(CancellationToken cancellationToken) => _first.Task.WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        await Task.WhenAll(_tunnels.Values.Concat(_retired).Select(static tunnel => tunnel.DisposeAsync().AsTask()));
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                Task change = _service.Cluster.NextChange;
                await FollowAsync(_service.Cluster.Current.Proxies);
                await change.WaitAsync(_stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    /// <summary>Opens tunnels to proxies that are new, and gives up those to proxies that are gone or moved.</summary>
    private async Task FollowAsync(ImmutableDictionary<string, Server> proxies)
    {
        foreach (ProxyTunnel ended in _retired.Where(static tunnel => tunnel.HasEnded))
        {
            _retired = _retired.Remove(ended);
            await ended.DisposeAsync();
        }

        foreach ((string hostId, ProxyTunnel tunnel) in _tunnels)
        {
            if (proxies.GetValueOrDefault(hostId)?.Spec.TunnelAddr != tunnel.Address)
            {
                tunnel.Retire();
                _tunnels = _tunnels.Remove(hostId);
                _retired = _retired.Add(tunnel);
            }
        }

        foreach ((string hostId, Server proxy) in proxies)
        {
            if (proxy.Spec.TunnelAddr is not { Length: > 0 } address)
            {
                LogNoTunnelAddress(hostId);
            }
            else if (!_tunnels.ContainsKey(hostId))
            {
                _tunnels = _tunnels.Add(hostId, new ProxyTunnel(_service, hostId, address, _serve, () => _first.TrySetResult()));
            }
        }
    }

    [LoggerMessage(1170, LogLevel.Warning, "The proxy {HostId} announces no address for tunnels; this host cannot be reached through it.")]
    private partial void LogNoTunnelAddress(string hostId);
}
