using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using Teleport.Abstractions.Configuration;

namespace Teleport.Proxy.Routing;

/// <summary>An entry of <c>allow_unregistered</c>: a host or a network, and a port.</summary>
internal sealed record AllowedTarget
{
    private const int DefaultPort = 22;

    private AllowedTarget(string? host, NetworkRange? range, int port) => (Host, Range, Port) = (host, range, port);

    /// <summary>A name; <c>null</c> when a network is meant.</summary>
    public string? Host { get; }

    /// <summary>A network; <c>null</c> when a name is meant.</summary>
    public NetworkRange? Range { get; }

    public int Port { get; }

    public static bool TryParse(string text, [NotNullWhen(true)] out AllowedTarget? target, [NotNullWhen(false)] out string? mistake)
    {
        target = null;
        mistake = $"\"{text}\" is no target: write host, host:port, 10.0.0.0/8, 10.0.0.0/8:2222 or [fd00::/8]:2222; without a port, 22 is meant.";
        (string name, string? portText) = Split(text.Trim());
        int port = DefaultPort;
        if (portText is not null
            && (!int.TryParse(portText, NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > 65535))
        {
            return false;
        }

        if (NetworkRange.TryParse(name, out NetworkRange range))
        {
            target = new AllowedTarget(null, range, port);
        }
        else if (name.Contains('/', StringComparison.Ordinal) || name.Contains('*', StringComparison.Ordinal)
                 || IPAddress.TryParse(name, out _) || !NetworkAddress.TryParse(name, out NetworkAddress? address) || address.Scheme is not null)
        {
            return false;
        }
        else
        {
            target = new AllowedTarget(address.Host, null, port);
        }

        mistake = null;
        return true;
    }

    private static (string Name, string? Port) Split(string text)
    {
        if (text.StartsWith('['))
        {
            int end = text.IndexOf(']', StringComparison.Ordinal);
            return end < 0 ? (text, null)
                : end == text.Length - 1 ? (text[1..end], null)
                : text[end + 1] == ':' ? (text[1..end], text[(end + 2)..])
                : (text, null);
        }

        // More than one colon without brackets: an IPv6 address without a port.
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 || text.LastIndexOf(':') != colon ? (text, null) : (text[..colon], text[(colon + 1)..]);
    }
}
