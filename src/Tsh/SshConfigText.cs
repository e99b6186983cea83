using System.Text;
using Teleport.Abstractions.Errors;
using Teleport.Api;
using Teleport.Client.Profiles;

namespace Teleport.Tsh;

/// <summary>Configuration for OpenSSH's client, with which <c>ssh HOST.CLUSTER</c> goes through the proxy by the user's certificate.</summary>
internal static class SshConfigText
{
    private const string CertificateAlgorithms =
        "ssh-ed25519-cert-v01@openssh.com,ecdsa-sha2-nistp256-cert-v01@openssh.com,rsa-sha2-512-cert-v01@openssh.com,rsa-sha2-256-cert-v01@openssh.com";

    /// <summary>The text of the configuration.</summary>
    /// <param name="profile">The profile, whose names were checked when it was stored.</param>
    /// <param name="paths">Where keys and certificates are.</param>
    /// <param name="hostPort">The port that hosts are asked for by.</param>
    public static string Format(Profile profile, ProfilePaths paths, int hostPort)
    {
        // The alias keeps the block of the proxy apart from a host that happens to have the proxy's name.
        string proxy = AuthProtocol.ProxyName(profile.Cluster);
        var text = new StringBuilder();
        text.Append($"# Made by tsh config for {profile.User} on {profile.Cluster}; goes stale when you log in to another proxy.\n");
        text.Append($"Host *.{profile.Cluster} {proxy}\n");
        // Of this cluster alone: the keys of another one, whose name may end alike, prove nothing here.
        Add(text, "UserKnownHostsFile", Quote(paths.ProxyKnownHosts(profile.ProxyHost)));
        Add(text, "GlobalKnownHostsFile", "/dev/null");
        Add(text, "StrictHostKeyChecking", "yes");
        Add(text, "IdentityFile", Quote(paths.PrivateKey(profile.ProxyHost, profile.User)));
        Add(text, "CertificateFile", Quote(paths.SshCertificate(profile.ProxyHost, profile.User, profile.Cluster)));
        Add(text, "IdentitiesOnly", "yes");
        Add(text, "HostKeyAlgorithms", CertificateAlgorithms);
        text.Append($"Host {proxy}\n");
        Add(text, "HostName", profile.SshAddress.Host);
        // Every proxy of the cluster has this name in its certificate, whatever address it is dialled by.
        Add(text, "HostKeyAlias", proxy);
        Add(text, "Port", $"{profile.SshAddress.Port ?? 3023}");
        text.Append($"Host *.{profile.Cluster} !{proxy}\n");
        Add(text, "Port", $"{hostPort}");
        Add(text, "ProxyJump", $"%r@{proxy}");
        return text.ToString();
    }

    private static void Add(StringBuilder text, string key, string value) => text.Append($"    {key} {value}\n");

    /// <summary>A path in quotes; percent signs are escaped, since ssh expands them. It expands ${NAME} too, for which there is no escape.</summary>
    private static string Quote(string path) => path.Contains("${", StringComparison.Ordinal) || path.Any(static c => char.IsControl(c) || c is '"' or '\\')
        ? throw TeleportException.Invalid($"The path {Names.Printable(path)} cannot stand in an ssh configuration. Set TELEPORT_HOME to a folder without quotes, backslashes, ${{ and control characters.")
        : $"\"{path.Replace("%", "%%", StringComparison.Ordinal)}\"";
}
