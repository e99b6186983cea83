using System.Net;
using Teleport.Abstractions.Configuration;

namespace Teleport.Proxy.Configuration;

/// <summary>What a listener serves.</summary>
[Flags]
internal enum ListenerServices
{
    None = 0,

    /// <summary>SSH of users.</summary>
    Ssh = 1,

    /// <summary>SSH of agents, which keep tunnels open.</summary>
    Tunnels = 2,

    /// <summary>TLS: web, relayed auth connections, and by ALPN the other two.</summary>
    Web = 4,

    All = Ssh | Tunnels | Web,
}

/// <summary>One address to listen on.</summary>
/// <param name="EndPoint">The address.</param>
/// <param name="Services">What is served there.</param>
/// <param name="Keys">The keys of the configuration that ask for it, for errors.</param>
internal sealed record ListenerPlan(IPEndPoint EndPoint, ListenerServices Services, string Keys)
{
    public const int SshPort = 3023;
    public const int TunnelPort = 3024;
    public const int WebPort = 3080;

    /// <summary>The listeners that options ask for. Equal addresses become one listener, which tells its clients apart by their first bytes.</summary>
    public static IReadOnlyList<ListenerPlan> Of(ProxyOptions options, InstanceOptions instance)
    {
        ListenerPlan[] wished =
        [
            // The web port serves everything, for clients that know one address only.
            new(EndPointOf(options.WebListenAddr, instance, WebPort), ListenerServices.All, "web_listen_addr"),
            new(EndPointOf(options.ListenAddr, instance, SshPort), ListenerServices.Ssh, "listen_addr"),
            new(EndPointOf(options.TunnelListenAddr, instance, TunnelPort), ListenerServices.Tunnels, "tunnel_listen_addr"),
        ];
        var plans = new List<ListenerPlan>();
        foreach (ListenerPlan plan in wished)
        {
            // Port 0 is a different port each time.
            int same = plan.EndPoint.Port == 0 ? -1 : plans.FindIndex(p => p.EndPoint.Equals(plan.EndPoint));
            if (same < 0)
            {
                plans.Add(plan);
            }
            else
            {
                plans[same] = plans[same] with
                {
                    Services = plans[same].Services | plan.Services,
                    Keys = $"{plans[same].Keys}, {plan.Keys}",
                };
            }
        }

        return plans;
    }

    private static IPEndPoint EndPointOf(NetworkAddress? address, InstanceOptions instance, int defaultPort) =>
        (address ?? new NetworkAddress(instance.ListenHost)).ToListenEndPoint(defaultPort);
}
