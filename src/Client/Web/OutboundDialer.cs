using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Errors;
using Teleport.Api;
using Teleport.Client.Profiles;

namespace Teleport.Client.Web;

/// <summary>Dials the cluster: directly, or through the proxy of this network that HTTPS_PROXY names (NO_PROXY excepts hosts), by CONNECT (RFC 9110 section 9.3.6).</summary>
public static class OutboundDialer
{
    private const int MaxAnswerBytes = 16 * 1024;

    /// <summary>Connects. Whoever calls owns the stream.</summary>
    /// <exception cref="SocketException">Nothing takes the connection.</exception>
    /// <exception cref="TeleportException">The network's proxy refuses; the message says what it said.</exception>
    public static Task<Stream> ConnectAsync(NetworkAddress address, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(address);
        var target = new Uri($"https://{address.ToHostPort()}");
        // The proxy's own view of loopback is another machine.
        return IsLoopback(address.Host) || HttpClient.DefaultProxy.IsBypassed(target) || HttpClient.DefaultProxy.GetProxy(target) is not { } proxy
            ? TcpDialer.ConnectAsync(address, cancellationToken)
            : ConnectThroughAsync(proxy, HttpClient.DefaultProxy.Credentials?.GetCredential(proxy, "Basic"), address, cancellationToken);
    }

    /// <summary>Whether a host is this machine.</summary>
    public static bool IsLoopback(string host)
    {
        ArgumentNullException.ThrowIfNull(host);
        return IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address)
            ? IPAddress.IsLoopback(address)
            : host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
    }

    internal static async Task<Stream> ConnectThroughAsync(Uri proxy, NetworkCredential? credential, NetworkAddress address, CancellationToken cancellationToken)
    {
        if (proxy.Scheme is not ("http" or "https"))
        {
            throw TeleportException.Invalid($"HTTPS_PROXY names a proxy by {proxy.Scheme}, which is not spoken here; http and https are.");
        }

        Stream stream = await TcpDialer.ConnectAsync(new NetworkAddress(proxy.IdnHost, proxy.Port), cancellationToken);
        try
        {
            if (proxy.Scheme == "https")
            {
                var tls = new SslStream(stream);
                stream = tls;
                await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = proxy.IdnHost }, cancellationToken);
            }

            await stream.WriteAsync(Encoding.ASCII.GetBytes(Request(address.ToHostPort(), credential)), cancellationToken);
            string answer = await ReadAnswerAsync(stream, cancellationToken);
            string[] status = answer.Split("\r\n")[0].Split(' ', 3);
            return status is [['H', 'T', 'T', 'P', '/', '1', '.', ..], ['2', _, _], ..]
                ? stream
                : throw TeleportException.Unavailable(
                    $"The proxy of this network, {proxy.IdnHost}:{proxy.Port} (HTTPS_PROXY), does not connect to {address.ToHostPort()}: {Names.Printable(string.Join(' ', status.Skip(1)))}. " +
                    "Ask its administrator to allow that, or except the host by NO_PROXY.");
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private static string Request(string target, NetworkCredential? credential)
    {
        string authorization = credential is { UserName.Length: > 0 }
            ? $"Proxy-Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.UserName}:{credential.Password}"))}\r\n"
            : "";
        return $"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{authorization}\r\n";
    }

    /// <summary>Byte by byte: what follows the answer is the other side's.</summary>
    private static async Task<string> ReadAnswerAsync(Stream stream, CancellationToken cancellationToken)
    {
        var answer = new StringBuilder();
        byte[] next = new byte[1];
        while (answer.Length < MaxAnswerBytes && await stream.ReadAsync(next, cancellationToken) == 1)
        {
            answer.Append((char)next[0]);
            if (next[0] == '\n' && answer.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                return answer.ToString();
            }
        }

        throw TeleportException.Unavailable("The proxy of this network (HTTPS_PROXY) hung up before it answered.");
    }
}
