using System.Net.Sockets;
using System.Text;

namespace Teleport.Proxy.FrontDoor;

/// <summary>Tells clients that speak HTTP without TLS where to go. Reads nothing but the request line.</summary>
internal sealed class PlainHttpAnswer(string publicAddress)
{
    private const int MaxPathLength = 1024;

    public async Task ServeAsync(FrontDoorConnection connection, CancellationToken cancellationToken)
    {
        string answer = Answer(connection.Prefix, publicAddress);
        await connection.Socket.SendAsync(Encoding.ASCII.GetBytes(answer), SocketFlags.None, cancellationToken);
        connection.Socket.Shutdown(SocketShutdown.Send);
    }

    /// <summary>The whole answer: a redirection for what only reads, else an error.</summary>
    /// <param name="request">The first bytes of the request.</param>
    /// <param name="address">The proxy's own address: never what the request calls it.</param>
    internal static string Answer(ReadOnlySpan<byte> request, string address)
    {
        string body = $"This is an HTTPS port. Use https://{address}/\n";
        string status = PathOf(request) is { } path ? $"308 Permanent Redirect\r\nLocation: https://{address}{path}" : "400 Bad Request";
        return $"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}";
    }

    private static string? PathOf(ReadOnlySpan<byte> request)
    {
        int start = request.StartsWith("GET "u8) ? 4 : request.StartsWith("HEAD "u8) ? 5 : 0;
        int length = request[start..].IndexOf((byte)' ');
        if (start == 0 || length is < 1 or > MaxPathLength || request[start] != '/')
        {
            return null;
        }

        ReadOnlySpan<byte> path = request.Slice(start, length);
        foreach (byte b in path)
        {
            // What may stand in a path or a query (RFC 3986 section 3.3); anything else is no address that we gave to anybody.
            if (!char.IsAsciiLetterOrDigit((char)b) && !"/-._~!$&'()*+,;=:@%?"u8.Contains(b))
            {
                return null;
            }
        }

        return Encoding.ASCII.GetString(path);
    }
}
