using System.Net;
using System.Net.Sockets;
using Teleport.Abstractions.Configuration;

namespace Teleport.Api;

/// <summary>Connects by TCP to the first address of a name that answers (RFC 8305 "Happy Eyeballs", simplified).</summary>
public static class TcpDialer
{
    private const int MaxAddresses = 8;
    private static readonly TimeSpan Stagger = TimeSpan.FromMilliseconds(250);

    /// <summary>Connects. Whoever calls owns the stream.</summary>
    /// <param name="address">With a port.</param>
    /// <param name="cancellationToken">Stops all attempts; there is no other limit.</param>
    /// <exception cref="SocketException">The name is unknown, or no address took the connection.</exception>
    public static async Task<Stream> ConnectAsync(NetworkAddress address, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(address);
        int port = address.Port ?? throw new ArgumentException($"The address {address} lacks a port.", nameof(address));
        IPAddress[] found = IPAddress.TryParse(address.Host, out IPAddress? literal)
            ? [literal]
            : await Dns.GetHostAddressesAsync(address.Host.Length == 0 ? "localhost" : address.Host, cancellationToken);
        return await ConnectAsync([.. Interleave(found).Take(MaxAddresses).Select(a => new IPEndPoint(a, port))], cancellationToken);
    }

    private static async Task<Stream> ConnectAsync(IPEndPoint[] endPoints, CancellationToken cancellationToken)
    {
        if (endPoints.Length == 0)
        {
            throw new SocketException((int)SocketError.HostNotFound);
        }

        using var losers = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var attempts = new List<Task<Socket>>();
        try
        {
            for (int next = 0; ;)
            {
                bool all = next == endPoints.Length;
                if (!all)
                {
                    attempts.Add(ConnectAsync(endPoints[next++], losers.Token));
                }

                Task<Socket>[] running = [.. attempts.Where(static t => !t.IsCompleted)];
                if (running.Length > 0)
                {
                    Task first = Task.WhenAny(running);
                    // The next address gets its chance after a moment, not only after the first has timed out.
                    await (next == endPoints.Length ? first : Task.WhenAny(first, Task.Delay(Stagger, losers.Token)));
                }

                cancellationToken.ThrowIfCancellationRequested();
                if (attempts.FirstOrDefault(static t => t.IsCompletedSuccessfully) is { } winner)
                {
                    attempts.Remove(winner);
                    return new NetworkStream(await winner, ownsSocket: true);
                }

                if (next == endPoints.Length && attempts.All(static t => t.IsCompleted))
                {
                    await attempts[0];
                }
            }
        }
        finally
        {
            await losers.CancelAsync();
            foreach (Task<Socket> loser in attempts)
            {
                try
                {
                    (await loser).Dispose();
                }
                catch (Exception e) when (e is SocketException or OperationCanceledException)
                {
                    // It lost the race; if all did, the first one's error is already on its way.
                }
            }
        }
    }

    private static async Task<Socket> ConnectAsync(IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endPoint, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static IEnumerable<IPAddress> Interleave(IPAddress[] found)
    {
        IPAddress[] six = [.. found.Where(static a => a.AddressFamily == AddressFamily.InterNetworkV6)];
        IPAddress[] four = [.. found.Where(static a => a.AddressFamily == AddressFamily.InterNetwork)];
        for (int i = 0; i < Math.Max(six.Length, four.Length); i++)
        {
            if (i < six.Length)
            {
                yield return six[i];
            }

            if (i < four.Length)
            {
                yield return four[i];
            }
        }
    }
}
