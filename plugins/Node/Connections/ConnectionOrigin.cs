using System.Net;

namespace Teleport.Node.Connections;

/// <summary>The ends of a connection. Where the client is may be learnt from a proxy, before authentication.</summary>
internal sealed class ConnectionOrigin(IPEndPoint local, IPEndPoint? remote)
{
    /// <summary>The node's end.</summary>
    public IPEndPoint Local { get; } = Unmap(local);

    /// <summary>The client; <c>null</c>: not known.</summary>
    public IPEndPoint? Remote { get; set; } = remote is null ? null : Unmap(remote);

    // Rules about addresses are written in IPv4, and a dual-stack listener sees ::ffff:10.0.0.1.
    private static IPEndPoint Unmap(IPEndPoint endPoint) =>
        endPoint.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(endPoint.Address.MapToIPv4(), endPoint.Port) : endPoint;
}
