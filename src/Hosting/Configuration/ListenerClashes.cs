using System.Reflection;
using Teleport.Abstractions.Configuration;
using Teleport.Yaml;

namespace Teleport.Hosting.Configuration;

/// <summary>Finds two listeners that want the same port. A listener is a property whose name ends in <c>ListenAddr</c>.</summary>
internal sealed class ListenerClashes(ConfigurationMistakes mistakes, YamlMapping root, string listenHost)
{
    private static readonly Dictionary<string, int> DefaultPorts = new(StringComparer.Ordinal)
    {
        ["auth_service.listen_addr"] = 3025,
        ["ssh_service.listen_addr"] = 3022,
        ["proxy_service.listen_addr"] = 3023,
        ["proxy_service.tunnel_listen_addr"] = 3024,
        ["proxy_service.web_listen_addr"] = 3080,
    };

    // Ports of addresses that are written without one.
    private static readonly Dictionary<string, int> PortsWhenUnwritten = new(DefaultPorts, StringComparer.Ordinal)
    {
        ["proxy_service.kube_listen_addr"] = 3026,
        ["kubernetes_service.listen_addr"] = 3027,
        ["proxy_service.mysql_listen_addr"] = 3036,
    };

    private static readonly HashSet<string> MayShare = new(StringComparer.Ordinal) { "proxy_service.web_listen_addr", "proxy_service.tunnel_listen_addr" };

    private readonly List<(string Path, NetworkAddress Address)> _listeners = [];

    /// <summary>Adds the listeners of a section and reports those that clash with earlier ones.</summary>
    public void Add(string section, object options)
    {
        foreach (PropertyInfo property in options.GetType().GetProperties().Where(static p => p.Name.EndsWith("ListenAddr", StringComparison.Ordinal) && p.PropertyType == typeof(NetworkAddress)))
        {
            string path = $"{section}.{OptionValues.SnakeCase(property.Name)}";
            var written = (NetworkAddress?)property.GetValue(options);
            NetworkAddress? address = written is not null ? (PortsWhenUnwritten.TryGetValue(path, out int port) ? written.WithDefaultPort(port) : written)
                : DefaultPorts.TryGetValue(path, out int usual) ? new NetworkAddress(listenHost, usual)
                : null;
            if (address is not null)
            {
                Add(path, address);
            }
        }
    }

    /// <summary>Adds one listener.</summary>
    public void Add(string path, NetworkAddress address)
    {
        foreach ((string otherPath, NetworkAddress other) in _listeners)
        {
            bool share = address == other && MayShare.Contains(path) && MayShare.Contains(otherPath);
            if (!share && address.Port == other.Port && address.Port is > 0 && (IsAny(address) || IsAny(other) || address.Host == other.Host))
            {
                string suggestion = path == "kubernetes_service.listen_addr" ? "; port 3027 is usual for it" : "";
                mistakes.Add(YamlPath.Locate(root, path)?.Location ?? default, path, $"{address} is already the address of {otherPath}; give one of them another port{suggestion}");
            }
        }

        _listeners.Add((path, address));
    }

    private static bool IsAny(NetworkAddress address) => address.Host is "" or "0.0.0.0" or "::";
}
