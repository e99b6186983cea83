using Teleport.Abstractions.Errors;
using Teleport.Ssh.Keys;

namespace Teleport.Pki.Files;

/// <summary>A key of a host authority, as a line <c>@cert-authority *.CLUSTER key</c>.</summary>
/// <param name="ClusterName">The cluster whose hosts it vouches for.</param>
/// <param name="Key">The key.</param>
public sealed record HostAuthorityLine(string ClusterName, SshPublicKey Key)
{
    private const string Wildcard = "*.";

    /// <summary>Reads a line.</summary>
    /// <param name="line">The line.</param>
    /// <exception cref="TeleportException">Code <c>invalid</c>: it is no such line.</exception>
    public static HostAuthorityLine Parse(string line)
    {
        KnownHostsFile file = KnownHostsFile.Parse(line);
        return file.Entries is [{ Marker: KnownHostsMarker.CertificateAuthority } entry]
            && entry.Hosts.Split(',').FirstOrDefault(host => host.StartsWith(Wildcard, StringComparison.Ordinal)) is { } pattern
            ? new HostAuthorityLine(pattern[Wildcard.Length..], entry.Key)
            : throw TeleportException.Invalid("A line is not of the form \"@cert-authority *.CLUSTER KEY\".");
    }

    /// <summary>Formats the line, without line break.</summary>
    public string Format() => KnownHostsFile.FormatLine([Wildcard + ClusterName], Key, KnownHostsMarker.CertificateAuthority);
}
