using System.Text;
using Teleport.Yaml;

namespace Teleport.Host.Commands;

/// <summary>Writes a commented configuration file.</summary>
internal static class SampleFile
{
    public static string Write(SamplePreset preset)
    {
        var file = new StringBuilder();
        file.Append("""
            # Configuration of Teleport. Check changes by: teleport configure --test FILE
            # Every key is described in docs/configuration.md; what is left out has its default.

            """);
        WriteGlobal(file, preset);
        WriteAuth(file, preset);
        WriteNode(file, preset);
        WriteProxy(file, preset);
        foreach (string role in preset.Roles.Where(static r => r is not ("auth" or "node" or "proxy")))
        {
            throw new CommandException($"--roles: no sample is known for the service \"{role}\"; write auth, node or proxy.");
        }

        return file.ToString();
    }

    private static void WriteGlobal(StringBuilder file, SamplePreset preset)
    {
        file.Append("teleport:\n");
        Key(file, "nodename", preset.Nodename, "The name of this host, as it is shown and matched.");
        Key(file, "data_dir", preset.DataDir, "Keeps keys, state, audit log and recordings. Made with mode 0700.");
        if (preset.Token is { } token)
        {
            Key(file, "auth_token", token, "Lets this host join. Used only until it has joined.");
        }

        if (preset.CaPins.Count > 0)
        {
            List(file, "ca_pin", preset.CaPins, "The cluster's authority to expect when joining, as tctl status shows it.");
        }

        if (preset.ProxyServer is { } proxy)
        {
            Key(file, "proxy_server", proxy, "The proxy to join by.");
        }

        if (preset.AuthServers.Count > 0)
        {
            List(file, "auth_servers", preset.AuthServers, "Auth servers or proxies to join by.");
        }

        file.Append("""
              log:
                # stderr, stdout, syslog or a file.
                output: stderr
                # error, warn, info, debug or trace.
                severity: INFO

            """);
    }

    private static void WriteAuth(StringBuilder file, SamplePreset preset)
    {
        file.Append("\n# Issues certificates and keeps the cluster's state.\nauth_service:\n");
        Enabled(file, preset, "auth");
        if (!preset.Roles.Contains("auth"))
        {
            return;
        }

        Key(file, "cluster_name", preset.ClusterName, "Stands in every certificate; it cannot be changed after the first start.");
        Key(file, "listen_addr", "0.0.0.0:3025", null);
        file.Append("""
              authentication:
                type: local
                # otp or off.
                second_factor: otp

            """);
    }

    private static void WriteNode(StringBuilder file, SamplePreset preset)
    {
        file.Append("\n# Serves SSH on this host.\nssh_service:\n");
        Enabled(file, preset, "node");
        if (!preset.Roles.Contains("node"))
        {
            return;
        }

        Key(file, "listen_addr", "0.0.0.0:3022", null);
        file.Append("  # Roles choose hosts by their labels.\n  labels:\n");
        foreach (string label in preset.NodeLabels.DefaultIfEmpty("env=example"))
        {
            int mark = label.IndexOf('=', StringComparison.Ordinal);
            if (mark <= 0)
            {
                throw new CommandException($"--node-labels: \"{label}\" is no label; write name=value.");
            }

            file.Append("    ").Append(YamlWriter.Quote(label[..mark])).Append(": ").Append(YamlWriter.Quote(label[(mark + 1)..])).Append('\n');
        }

        file.Append("""
              # Labels that a command computes.
              commands:
              - name: hostname
                command: [hostname]
                period: 1m

            """);
    }

    private static void WriteProxy(StringBuilder file, SamplePreset preset)
    {
        file.Append("\n# Lets users and services in.\nproxy_service:\n");
        Enabled(file, preset, "proxy");
        if (!preset.Roles.Contains("proxy"))
        {
            return;
        }

        Key(file, "listen_addr", "0.0.0.0:3023", "SSH.");
        Key(file, "tunnel_listen_addr", "0.0.0.0:3024", "Tunnels of services that cannot be dialed.");
        Key(file, "web_listen_addr", "0.0.0.0:3080", "Web pages and logins.");
        if (preset.PublicAddr is { } address)
        {
            Key(file, "public_addr", address, "The address that users type.");
        }

        if (preset.CertFile is not null || preset.KeyFile is not null)
        {
            file.Append("  https_keypairs:\n");
            file.Append("  - key_file: ").Append(YamlWriter.Quote(preset.KeyFile ?? "")).Append('\n');
            file.Append("    cert_file: ").Append(YamlWriter.Quote(preset.CertFile ?? "")).Append('\n');
        }
        else
        {
            file.Append("""
                  # Without a key pair the proxy makes a certificate that browsers do not know.
                  # https_keypairs:
                  # - key_file: /etc/teleport/privkey.pem
                  #   cert_file: /etc/teleport/fullchain.pem

                """);
        }
    }

    private static void Enabled(StringBuilder file, SamplePreset preset, string role) =>
        Key(file, "enabled", preset.Roles.Contains(role) ? "yes" : "no", null, isText: false);

    private static void Key(StringBuilder file, string key, string value, string? comment, bool isText = true)
    {
        if (comment is not null)
        {
            file.Append("  # ").Append(comment).Append('\n');
        }

        file.Append("  ").Append(key).Append(": ").Append(isText ? YamlWriter.Quote(value) : value).Append('\n');
    }

    private static void List(StringBuilder file, string key, IEnumerable<string> values, string comment)
    {
        file.Append("  # ").Append(comment).Append("\n  ").Append(key).Append(":\n");
        foreach (string value in values)
        {
            file.Append("  - ").Append(YamlWriter.Quote(value)).Append('\n');
        }
    }
}
