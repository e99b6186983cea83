using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Teleport.Bench.Gateway;

/// <summary>Ports of loopback that are free now.</summary>
internal static class Ports
{
    public static int Free()
    {
        while (true)
        {
            // Below those that the system gives to outgoing connections.
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

    public static async Task WaitAsync(int port, CancellationToken cancellationToken)
    {
        for (int attempt = 0; attempt < 600; attempt++)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(50, cancellationToken);
            }
        }

        throw new TimeoutException($"Nothing listens on port {port} after 30 seconds.");
    }
}
