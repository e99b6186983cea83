using System.Net;
using System.Net.Sockets;
using Teleport.Proxy.Configuration;

namespace Teleport.Proxy.FrontDoor;

/// <summary>An accepted connection, with what was read of it to find out what it speaks.</summary>
internal sealed class FrontDoorConnection(Socket socket, IPEndPoint client, ListenerServices services, AdmissionTicket ticket) : IDisposable
{
    /// <summary>The connection itself.</summary>
    public Socket Socket { get; } = socket;

    /// <summary>The true client.</summary>
    public IPEndPoint Client { get; set; } = client;

    /// <summary>What its listener serves.</summary>
    public ListenerServices Services { get; } = services;

    /// <summary>Its place among the listener's connections.</summary>
    public AdmissionTicket Ticket { get; } = ticket;

    /// <summary>What was read already, and comes first in <see cref="OpenStream"/>.</summary>
    public byte[] Prefix { get; set; } = [];

    /// <summary>All bytes of the connection, from the first that is not the load balancer's. The stream owns the socket.</summary>
    public Stream OpenStream()
    {
        var stream = new NetworkStream(Socket, ownsSocket: true);
        return Prefix.Length == 0 ? stream : new ReplayStream(Prefix, stream);
    }

    public void Dispose()
    {
        Ticket.Dispose();
        Socket.Dispose();
    }
}
