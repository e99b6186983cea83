using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Errors;
using Teleport.Client.Profiles;

namespace Teleport.Client.Web;

/// <summary>The web address at which a proxy answers, and what it says there.</summary>
internal sealed record ProxyDiscovery(WebApiClient Web, NetworkAddress Address, PingAnswer Ping) : IDisposable
{
    private const int DefaultSshPort = 3023;

    /// <summary>Asks the proxy; of ports that were not named, the usual ones are tried in order.</summary>
    /// <exception cref="TeleportException">No proxy answers; the message is about the first address.</exception>
    public static async Task<ProxyDiscovery> FindAsync(ProxyAddress proxy, string? connector, bool insecure, TimeProvider time, CancellationToken cancellationToken)
    {
        TeleportException? first = null;
        foreach (NetworkAddress address in proxy.WebAddresses)
        {
            var web = new WebApiClient(address, insecure, time);
            try
            {
                return new ProxyDiscovery(web, address, await web.PingAsync(connector, cancellationToken));
            }
            // Another port is tried only where nothing answered.
            catch (TeleportException e) when (e.InnerException is HttpRequestException)
            {
                web.Dispose();
                first ??= e;
            }
            catch
            {
                web.Dispose();
                throw;
            }
        }

        throw first!;
    }

    /// <summary>Where SSH clients dial: what the user said, what the proxy says, or the host that answered here with the port that the proxy listens on.</summary>
    public NetworkAddress SshAddress(ProxyAddress proxy)
    {
        PingSsh? ssh = Ping.Proxy?.Ssh;
        NetworkAddress address = proxy.SshPort is { } chosen ? new NetworkAddress(Address.Host, chosen)
            : NetworkAddress.TryParse(ssh?.SshPublicAddr, out NetworkAddress? named) && named is { Host.Length: > 0, Port: not 0 }
                ? named.WithDefaultPort(DefaultSshPort) with { Scheme = null }
            : new NetworkAddress(Address.Host, NetworkAddress.TryParse(ssh?.ListenAddr, out NetworkAddress? listens) && listens.Port > 0 ? listens.Port : DefaultSshPort);
        return address with { Host = Names.Check(address.Host, "SSH address of the proxy") };
    }

    public void Dispose() => Web.Dispose();
}
