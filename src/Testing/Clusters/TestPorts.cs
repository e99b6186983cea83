using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Teleport.Testing.Clusters;

/// <summary>Ports of loopback for servers that must know theirs beforehand.</summary>
internal static class TestPorts
{
    /// <summary>A port on which nobody listens, below those that the system gives to outgoing connections.</summary>
    public static int Next()
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, RandomNumberGenerator.GetInt32(10_000, 32_000));
            try
            {
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }
            catch (SocketException)
            {
                // Taken; there are others.
            }
        }
    }
}
