using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Resources;
using Teleport.Agent.Tunnels;

namespace Teleport.Agent;

/// <summary>Keeps a tunnel open to every proxy of the cluster, so that a host without an open port can be reached.</summary>
/// <remarks>Proxies are those of the cluster's state; while there is none yet, the address by which the cluster was joined.</remarks>
public sealed partial class TunnelAgent : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly JoinedService _service;
    private readonly ILogger _logger;
    private readonly Func<TunnelDial, Stream, CancellationToken, Task> _serve;
    private readonly Task _loop;
    private ImmutableDictionary<string, ProxyTunnel> _tunnels = ImmutableDictionary<string, ProxyTunnel>.Empty;

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
            foreach (ProxyTunnel tunnel in _tunnels.Values)
            {
                await tunnel.DisposeAsync();
            }
        }
    }

    /// <summary>Opens tunnels to proxies that are new, and ends those to proxies that are gone or moved.</summary>
    private async Task FollowAsync(ImmutableDictionary<string, Server> proxies)
    {
        foreach ((string hostId, ProxyTunnel tunnel) in _tunnels)
        {
            if (proxies.GetValueOrDefault(hostId)?.Spec.TunnelAddr != tunnel.Address)
            {
                _tunnels = _tunnels.Remove(hostId);
                await tunnel.DisposeAsync();
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
