using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Teleport.Proxy.Routing;

namespace Teleport.Proxy.FrontDoor;

/// <summary>What a connection turned out to be.</summary>
/// <param name="Kind">What it speaks.</param>
/// <param name="Hello">For TLS: what the client asks for.</param>
/// <param name="Refusal">Why it is not served, for the log; <c>null</c>: it is.</param>
internal sealed record SniffResult(FirstBytesKind Kind, ClientHello? Hello = null, string? Refusal = null);

/// <summary>Reads just enough of a connection to know what it speaks, and remembers what it read.</summary>
internal sealed class ConnectionSniffer(bool readProxyHeaders, IReadOnlyList<NetworkRange> trustedSources)
{
    private const int FirstReadBytes = 2048;

    /// <summary>Whether a source may name the true client.</summary>
    public bool Trusts(IPAddress source) => readProxyHeaders && trustedSources.Any(range => range.Contains(source));

    /// <summary>Reads until the protocol is known.</summary>
    /// <param name="connection">Gets its prefix, and its client if a load balancer named one.</param>
    /// <param name="cancellationToken">Fires when the client has been silent or slow for too long.</param>
    public async Task<SniffResult> SniffAsync(FrontDoorConnection connection, CancellationToken cancellationToken)
    {
        // Most of a flood says nothing at all: it gets no buffer.
        await connection.Socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, cancellationToken);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(FirstReadBytes);
        int count = 0;
        bool headerSeen = false;
        try
        {
            while (true)
            {
                if (count == buffer.Length)
                {
                    buffer = Grow(buffer, count);
                }

                int limit = Math.Min(buffer.Length, ClientHello.MaxBytes) - count;
                int read = limit <= 0 ? 0 : await connection.Socket.ReceiveAsync(buffer.AsMemory(count, limit), SocketFlags.None, cancellationToken);
                if (read == 0)
                {
                    return new SniffResult(FirstBytesKind.Unknown, Refusal: count == 0 ? "it closed without a word" : "it closed, or sent too much, before it was clear what it speaks");
                }

                count += read;
                SniffResult? result = Judge(connection, buffer, ref count, ref headerSeen);
                if (result is not null)
                {
                    connection.Prefix = buffer.AsSpan(0, count).ToArray();
                    return result;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private SniffResult? Judge(FrontDoorConnection connection, byte[] buffer, ref int count, ref bool headerSeen)
    {
        while (true)
        {
            ReadOnlySpan<byte> bytes = buffer.AsSpan(0, count);
            FirstBytesKind kind = FirstBytes.Classify(bytes);
            switch (kind)
            {
                case FirstBytesKind.Undecided:
                    return null;

                case FirstBytesKind.Tls:
                    ParseStatus tls = ClientHello.TryRead(bytes, out ClientHello? hello);
                    return tls switch
                    {
                        ParseStatus.Complete => new SniffResult(kind, hello),
                        ParseStatus.Invalid => new SniffResult(kind, Refusal: "its TLS ClientHello is malformed or too large"),
                        _ => null,
                    };

                case FirstBytesKind.ProxyHeader:
                    var source = (IPEndPoint)connection.Socket.RemoteEndPoint!;
                    if (headerSeen || !Trusts(source.Address))
                    {
                        string why = headerSeen ? "it sent two PROXY headers"
                            : $"it sent a PROXY header, and {source.Address} is not listed in proxy_service.proxy_protocol_sources";
                        return new SniffResult(FirstBytesKind.Unknown, Refusal: why);
                    }

                    ParseStatus header = ProxyProtocolHeader.TryRead(bytes, out int length, out IPEndPoint? client);
                    if (header != ParseStatus.Complete)
                    {
                        return header == ParseStatus.Incomplete ? null : new SniffResult(FirstBytesKind.Unknown, Refusal: "its PROXY header is malformed");
                    }

                    headerSeen = true;
                    buffer.AsSpan(length, count - length).CopyTo(buffer);
                    count -= length;
                    if (client is not null)
                    {
                        connection.Client = client;
                        connection.Ticket.Relocate(client.Address);
                    }

                    continue;

                default:
                    return new SniffResult(kind);
            }
        }
    }

    private static byte[] Grow(byte[] buffer, int count)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan(0, count).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
