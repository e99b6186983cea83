using Teleport.Yaml;

namespace Teleport.Hosting.Configuration;

/// <summary>Checks the key <c>version</c> and what depends on it.</summary>
internal static class FileVersion
{
    private static readonly string[] SharedListeners = ["listen_addr", "tunnel_listen_addr"];

    public static void Check(ConfigurationMistakes mistakes, YamlMapping root, TeleportSection file)
    {
        YamlNode? node = root.Find("version");
        string version = node switch
        {
            null or YamlScalar { IsEmpty: true } => "v1",
            YamlScalar { Text: "v1" or "v2" or "v3" } scalar => scalar.Text,
            _ => "",
        };
        if (version.Length == 0)
        {
            mistakes.Add(node!.Location, "version", $"expected v1, v2 or v3, got {node.Description}");
        }

        CheckServers(mistakes, root, file, version);
        if (version is "v2" or "v3")
        {
            CheckSharedPort(mistakes, root, version);
        }
    }

    private static void CheckServers(ConfigurationMistakes mistakes, YamlMapping root, TeleportSection file, string version)
    {
        YamlLocation place = YamlPath.Locate(root, "teleport.auth_servers")?.Location ?? default;
        if (file.AuthServer is not null && file.ProxyServer is not null)
        {
            mistakes.Add(place, "teleport.proxy_server", "stands beside auth_server; write one of them");
        }
        else if (file.AuthServers.Count > 0 && (file.AuthServer ?? file.ProxyServer) is not null)
        {
            mistakes.Add(place, "teleport.auth_servers", "stands beside auth_server or proxy_server; write one of them");
        }
        else if (version == "v3" && file.AuthServers.Count > 0)
        {
            mistakes.Add(place, "teleport.auth_servers", "is not part of version v3; write auth_server or proxy_server");
        }
    }

    // From v2 on, listeners that are not written would share the web port.
    private static void CheckSharedPort(ConfigurationMistakes mistakes, YamlMapping root, string version)
    {
        if (root.Find("proxy_service") is not YamlMapping proxy
            || (proxy.Find("enabled") is YamlScalar enabled && YamlText.TryReadBoolean(enabled.Text, out bool on) && !on))
        {
            return;
        }

        foreach (string key in SharedListeners.Where(key => proxy.Find(key) is null))
        {
            mistakes.Add(proxy.Location, $"proxy_service.{key}", $"must be written with version {version}: that all share the web port when it is absent is not supported yet");
        }
    }
}
