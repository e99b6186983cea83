using System.Net.Sockets;
using Teleport.Abstractions.Configuration;
using Teleport.Api;

namespace Teleport.Agent.Joining;

/// <summary>Connects to the first of several addresses of one cluster that answers, beginning with the one that did last.</summary>
internal sealed class AddressRotation(IReadOnlyList<NetworkAddress> addresses)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    private int _preferred;

    /// <summary>Dials. The address that is asked for is the first of the list; the others stand in for it.</summary>
    public async ValueTask<Stream> DialAsync(NetworkAddress address, CancellationToken cancellationToken)
    {
        int first = Volatile.Read(ref _preferred);
        for (int i = 0; ; i++)
        {
            int index = (first + i) % addresses.Count;
            bool isLast = i == addresses.Count - 1;
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            if (!isLast)
            {
                patience.CancelAfter(Patience);
            }

            try
            {
                Stream stream = await TcpDialer.ConnectAsync(addresses[index], patience.Token);
                Volatile.Write(ref _preferred, index);
                return stream;
            }
            catch (Exception e) when (!isLast && !cancellationToken.IsCancellationRequested && e is SocketException or OperationCanceledException)
            {
                // The next one may be up; the last one's failure is the caller's.
            }
        }
    }
}
