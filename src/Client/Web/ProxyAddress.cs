using System.Globalization;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Errors;
using Teleport.Client.Profiles;

namespace Teleport.Client.Web;

/// <summary>A proxy as the user names it: <c>HOST[:WEB[,SSH]]</c>.</summary>
/// <param name="Host">The host, in lower case.</param>
/// <param name="WebPort">The web port; <c>null</c>: the usual ones are tried.</param>
/// <param name="SshPort">The SSH port; <c>null</c>: the proxy says.</param>
public sealed record ProxyAddress(string Host, int? WebPort = null, int? SshPort = null)
{
    private static readonly int[] UsualWebPorts = [3080, 443];

    /// <summary>Web addresses to try, in order.</summary>
    public IEnumerable<NetworkAddress> WebAddresses => (WebPort is { } port ? [port] : UsualWebPorts).Select(p => new NetworkAddress(Host, p));

    /// <summary>Reads an address.</summary>
    /// <exception cref="TeleportException">Code <c>invalid</c>: it is none.</exception>
    public static ProxyAddress Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split(',');
        int? sshPort = null;
        bool isWrong = parts.Length > 2;
        if (parts.Length == 2)
        {
            isWrong = !ushort.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) || port == 0;
            sshPort = port;
        }

        return !isWrong && NetworkAddress.TryParse(parts[0], out NetworkAddress? web) && web is { Host.Length: > 0, Port: not 0, Scheme: null or "https" }
            ? new ProxyAddress(Names.Check(web.Host.ToLowerInvariant(), "proxy"), web.Port ?? (web.Scheme is null ? null : 443), sshPort)
            : throw TeleportException.Invalid(
                $"--proxy is \"{Names.Printable(text)}\": expected HOST[:WEB-PORT[,SSH-PORT]], as proxy.example.com:443 or proxy.example.com:3080,3023.");
    }

    /// <inheritdoc/>
    public override string ToString() => new NetworkAddress(Host, WebPort).ToHostPort();
}
