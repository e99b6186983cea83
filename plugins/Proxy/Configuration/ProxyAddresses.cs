using System.Net;
using Teleport.Abstractions.Configuration;

namespace Teleport.Proxy.Configuration;

/// <summary>Where the proxy listens, and by which addresses others know it.</summary>
internal sealed record ProxyAddresses
{
    private static readonly string[] LoopbackNames = ["localhost", "127.0.0.1", "::1"];

    private ProxyAddresses(string webListen, string sshListen, string tunnelListen, string web, string ssh, string tunnel) =>
        (WebListen, SshListen, TunnelListen, Web, Ssh, Tunnel) = (webListen, sshListen, tunnelListen, web, ssh, tunnel);

    public string WebListen { get; }

    public string SshListen { get; }

    public string TunnelListen { get; }

    /// <summary>Stands in links.</summary>
    public string Web { get; }

    public string Ssh { get; }

    public string Tunnel { get; }

    /// <summary>All web addresses, the one for links first.</summary>
    public IReadOnlyList<string> AllWeb { get; private init; } = [];

    /// <summary>The configured addresses; <c>null</c>: clients go by the address that they already have.</summary>
    public string? ConfiguredWeb { get; private init; }

    public string? ConfiguredSsh { get; private init; }

    public string? ConfiguredTunnel { get; private init; }

    /// <summary>Works out addresses from the configuration and the ports that were taken.</summary>
    public static ProxyAddresses Of(ProxyOptions options, InstanceOptions instance, IPEndPoint web, IPEndPoint ssh, IPEndPoint tunnel)
    {
        string[] configuredWeb = [.. options.PublicAddr.Select(a => a.WithDefaultPort(web.Port).ToHostPort())];
        string? configuredSsh = options.SshPublicAddr.Select(a => a.WithDefaultPort(ssh.Port).ToHostPort()).FirstOrDefault();
        string? configuredTunnel = options.TunnelPublicAddr.Select(a => a.WithDefaultPort(tunnel.Port).ToHostPort()).FirstOrDefault();
        // A public name for one port is good for the others too: it is the same machine, or the same load balancer.
        string? publicHost = options.PublicAddr.Select(static a => a.Host).FirstOrDefault();
        string sshHost = options.SshPublicAddr.Select(static a => a.Host).FirstOrDefault() ?? publicHost ?? HostOf(ssh, instance);
        string[] allWeb = configuredWeb.Length > 0 ? configuredWeb : [Join(HostOf(web, instance), web.Port)];
        return new ProxyAddresses(
            web.ToString(), ssh.ToString(), tunnel.ToString(),
            allWeb[0],
            configuredSsh ?? Join(sshHost, ssh.Port),
            configuredTunnel ?? Join(options.SshPublicAddr.Count > 0 || publicHost is not null ? sshHost : HostOf(tunnel, instance), tunnel.Port))
        {
            AllWeb = allWeb,
            ConfiguredWeb = configuredWeb.FirstOrDefault(),
            ConfiguredSsh = configuredSsh,
            ConfiguredTunnel = configuredTunnel,
        };
    }

    /// <summary>Names and addresses that the proxy's certificates must be good for; the first is its best known.</summary>
    public static IReadOnlyList<string> HostNames(ProxyOptions options, InstanceOptions instance)
    {
        IEnumerable<string> names = options.PublicAddr.Concat(options.SshPublicAddr).Concat(options.TunnelPublicAddr).Select(static a => a.Host)
            .Append(instance.AdvertiseAddress?.Host ?? "")
            .Append(instance.Nodename);
        return
        [
            .. names.Where(IsCertifiable).Select(static n => n.ToLowerInvariant()).Distinct(StringComparer.Ordinal),
            .. LoopbackNames.Where(loopback => !names.Contains(loopback, StringComparer.OrdinalIgnoreCase)),
        ];
    }

    private static bool IsCertifiable(string name) =>
        name.Length is > 0 and <= 253
        && (IPAddress.TryParse(name, out _) || name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'));

    private static string HostOf(IPEndPoint listen, InstanceOptions instance) =>
        instance.AdvertiseAddress?.Host
        ?? (listen.Address.Equals(IPAddress.Any) || listen.Address.Equals(IPAddress.IPv6Any) ? instance.Nodename : listen.Address.ToString());

    private static string Join(string host, int port) => new NetworkAddress(host, port).ToHostPort();
}
