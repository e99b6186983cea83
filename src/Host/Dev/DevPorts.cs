using System.Net;
using System.Net.Sockets;

namespace Teleport.Host.Dev;

/// <summary>Ports of the loopback address: the usual ones where they are free, any others where not.</summary>
internal sealed record DevPorts(int Auth, int Node, int ProxySsh, int Tunnel, int Web)
{
    public static DevPorts Choose()
    {
        // Held until all are chosen, so that none is chosen twice.
        var held = new List<TcpListener>();
        try
        {
            return new DevPorts(Take(3025), Take(3022), Take(3023), Take(3024), Take(3080));
        }
        finally
        {
            held.ForEach(static listener => listener.Dispose());
        }

        int Take(int usual)
        {
            TcpListener listener = Listen(usual) ?? Listen(0) ?? throw new IOException("No port of 127.0.0.1 is free.");
            held.Add(listener);
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }
    }

    private static TcpListener? Listen(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return listener;
        }
        catch (SocketException)
        {
            listener.Dispose();
            return null;
        }
    }
}
