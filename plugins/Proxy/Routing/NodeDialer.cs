using System.Net;
using System.Net.Sockets;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Api;
using Teleport.Proxy.Relaying;
using Teleport.Proxy.Tunnels;

namespace Teleport.Proxy.Routing;

/// <summary>Opens connections to where a route leads, and to nowhere else.</summary>
internal sealed class NodeDialer(TunnelRegistry tunnels, UnregisteredTargets unregistered, Func<IReadOnlyList<NetworkAddress>> authServers)
{
    private const int NodePort = 3022;
    private const int MaxAddresses = 8;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>Connects to a node, directly or through its tunnel. Whoever calls owns the target.</summary>
    /// <exception cref="TeleportException">Code <c>unavailable</c>: it cannot be reached, and why.</exception>
    public Task<RelayTarget> DialAsync(NodeRouteGrant grant, CancellationToken cancellationToken)
    {
        Server node = grant.Node;
        if (node.Spec.UseTunnel)
        {
            return tunnels.DialAsync(node, cancellationToken);
        }

        if (!NetworkAddress.TryParse(node.Spec.Addr, out NetworkAddress? address))
        {
            throw TeleportException.Unavailable($"the node {node.Spec.Hostname} announces no address: check its log and its advertise_ip");
        }

        return ConnectAsync(address.WithDefaultPort(NodePort), $"the node {node.Spec.Hostname}", cancellationToken);
    }

    /// <summary>Connects to a server outside the inventory, at an address that the administrator's list allows.</summary>
    /// <exception cref="TeleportException">No such address, or it cannot be reached.</exception>
    public async Task<RelayTarget> DialAsync(Route.ToUnregistered target, CancellationToken cancellationToken)
    {
        IPAddress[] found = await LookUpAsync(target.Host, cancellationToken);
        IPAddress[] allowed = [.. found.Where(address => unregistered.Allows(target.Host, address, target.Port)).Take(MaxAddresses)];
        if (allowed.Length == 0)
        {
            throw TeleportException.AccessDenied(
                $"{target.Host} is no node of this cluster, and its address is not among those that proxy_service.allow_unregistered allows");
        }

        TeleportException? last = null;
        foreach (IPAddress address in allowed)
        {
            try
            {
                // The very address that was checked: looking the name up again could give another.
                return await ConnectAsync(new NetworkAddress(address.ToString(), target.Port), $"the server {target.Host}", cancellationToken);
            }
            catch (TeleportException e)
            {
                last = e;
            }
        }

        throw last!;
    }

    /// <summary>Connects to an auth server, to the next one when one does not answer.</summary>
    /// <exception cref="TeleportException">Code <c>unavailable</c>: none answers.</exception>
    public async Task<RelayTarget> DialAuthAsync(CancellationToken cancellationToken)
    {
        TeleportException? last = null;
        foreach (NetworkAddress address in authServers())
        {
            try
            {
                return await ConnectAsync(address, "the auth service", cancellationToken);
            }
            catch (TeleportException e)
            {
                last = e;
            }
        }

        throw last ?? TeleportException.Unavailable("this proxy knows no auth server yet: try again in a moment");
    }

    private static async Task<RelayTarget> ConnectAsync(NetworkAddress address, string what, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Timeout);
        try
        {
            return RelayTarget.Of(((NetworkStream)await TcpDialer.ConnectAsync(address, timeout.Token)).Socket);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw TeleportException.Unavailable(
                $"cannot reach {what} at {address.ToHostPort()} within {Timeout.TotalSeconds:0} s: check that it runs and that no firewall is in between", e);
        }
        catch (SocketException e)
        {
            throw TeleportException.Unavailable($"cannot reach {what} at {address.ToHostPort()}: {e.Message}. Check that it runs", e);
        }
    }

    private static async Task<IPAddress[]> LookUpAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out IPAddress? literal))
        {
            return [literal];
        }

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Timeout);
        try
        {
            return await Dns.GetHostAddressesAsync(host, timeout.Token);
        }
        catch (Exception e) when (e is SocketException or ArgumentException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw TeleportException.Unavailable($"the name {host} cannot be looked up: {e.Message}", e);
        }
    }
}
