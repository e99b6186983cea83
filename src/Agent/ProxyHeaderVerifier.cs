using System.Net;
using Teleport.Abstractions.Errors;

namespace Teleport.Agent;

/// <summary>Checks proxies' headers for one node, and takes each header once: one that was overheard is worth nothing.</summary>
/// <param name="nodeHostId">This node.</param>
/// <param name="cluster">The cluster's state.</param>
/// <param name="time">The clock.</param>
/// <remarks>Safe for use by several threads.</remarks>
public sealed class ProxyHeaderVerifier(string nodeHostId, Func<ClusterSnapshot> cluster, TimeProvider time)
{
    // Each is remembered for as long as it could be sent again. A proxy that sends more has been turned against the node.
    private const int MaxRemembered = 100_000;

    private readonly Lock _gate = new();
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Queue<(DateTimeOffset Time, string Signature)> _order = new();

    /// <summary>Checks a header and says where the client is.</summary>
    /// <param name="header">What <see cref="ProxyHeader.TryRead"/> found.</param>
    /// <exception cref="TeleportException">It was not made just now by a proxy of this cluster for this node, or it was seen before.</exception>
    public IPEndPoint Verify(ReadOnlySpan<byte> header)
    {
        (IPEndPoint client, string signature) = ProxyHeader.Check(header, nodeHostId, cluster(), time);
        DateTimeOffset now = time.GetUtcNow();
        lock (_gate)
        {
            // A header is good from a window before its time to a window after it.
            while (_order.TryPeek(out (DateTimeOffset Time, string Signature) oldest) && oldest.Time < now - (2 * ProxyHeader.Window))
            {
                _order.Dequeue();
                _seen.Remove(oldest.Signature);
            }

            if (_seen.Count >= MaxRemembered)
            {
                throw TeleportException.Limit($"More than {MaxRemembered} connections came through proxies within {2 * ProxyHeader.Window.TotalMinutes:0} minutes.");
            }

            if (!_seen.Add(signature))
            {
                throw ProxyHeader.Refused("it was used before");
            }

            _order.Enqueue((now, signature));
        }

        return client;
    }
}
