using Teleport.Abstractions.Errors;
using Teleport.Pki.Files;
using Teleport.Ssh.Keys;

namespace Teleport.Client.Profiles;

/// <summary>Changes <c>known_hosts</c>: the keys of the host authorities of clusters seen. Other lines, which people may have added, stay.</summary>
internal static class KnownHostsUpdate
{
    private const string Wildcard = "*.";

    /// <summary>Replaces the lines of one cluster by those of a login to it.</summary>
    /// <param name="text">The file as it is.</param>
    /// <param name="profile">The login.</param>
    /// <param name="authorities">What its proxy says of the host authority; of its own cluster only.</param>
    /// <param name="others">The profiles of other proxies.</param>
    /// <exception cref="TeleportException">
    /// Code <c>invalid</c>: the proxy speaks for another cluster than its own; code <c>conflict</c>: for a cluster that another profile holds, by a key that
    /// is not known (H53).
    /// </exception>
    public static string Replace(string text, Profile profile, IReadOnlyList<HostAuthorityLine> authorities, IEnumerable<Profile> others)
    {
        if (authorities.Count == 0 || authorities.Any(line => line.ClusterName != profile.Cluster))
        {
            throw TeleportException.Invalid($"The proxy {profile.ProxyHost} does not say by what keys the hosts of its cluster {profile.Cluster} are known, or speaks for another cluster. Is it to be trusted?");
        }

        if (others.FirstOrDefault(other => other.Cluster.Equals(profile.Cluster, StringComparison.OrdinalIgnoreCase)) is not { } holder)
        {
            IEnumerable<string> kept = Lines(text).Where(line => !IsOnlyOf(line, profile.Cluster));
            return string.Concat(kept.Concat(authorities.Select(static line => line.Format())).Select(static line => line + "\n"));
        }

        // The other proxy's word stands: patterns of ssh do not tell upper from lower case, so neither does this.
        HashSet<SshPublicKey> known = [.. KeysOf(text, holder.Cluster)];
        return authorities.All(line => known.Contains(line.Key)) && holder.Cluster == profile.Cluster
            ? text
            : throw TeleportException.Conflict(
                $"The proxy {profile.ProxyHost} says that it serves the cluster {profile.Cluster}; the cluster {holder.Cluster} is known from the proxy {holder.ProxyHost} by other keys. " +
                $"If both are the same cluster and its authority was replaced, or the old one is gone, log out of that first: tsh logout --proxy={holder.ProxyHost} --user={holder.User}");
    }

    /// <summary>Keys of the host authority of exactly this cluster, but those that somebody revoked.</summary>
    public static IReadOnlyList<SshPublicKey> KeysOf(string text, string cluster)
    {
        IReadOnlyList<KnownHostsEntry> entries = KnownHostsFile.Parse(text).Entries;
        HashSet<SshPublicKey> revoked = [.. entries.Where(static entry => entry.Marker == KnownHostsMarker.Revoked).Select(static entry => entry.Key)];
        return
        [
            .. entries
                .Where(entry => entry.Marker == KnownHostsMarker.CertificateAuthority && entry.Hosts.Split(',').Contains(Wildcard + cluster, StringComparer.Ordinal))
                .Select(static entry => entry.Key)
                .Where(key => !revoked.Contains(key)),
        ];
    }

    private static IEnumerable<string> Lines(string text) => text.ReplaceLineEndings("\n").Split('\n').Where(static line => line.Length > 0);

    private static bool IsOnlyOf(string line, string cluster) =>
        KnownHostsFile.Parse(line.StartsWith("@cert-authority ", StringComparison.Ordinal) ? line : "").Entries is [var entry] && entry.Hosts == Wildcard + cluster;
}
