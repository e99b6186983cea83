using System.Buffers;
using System.Security.Cryptography;

namespace Teleport.Ssh.Keys;

/// <summary>A known_hosts file (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"). Immutable.</summary>
public sealed class KnownHostsFile
{
    private const int DefaultPort = 22;

    private static readonly SearchValues<char> BreaksTheLine = SearchValues.Create(" \t\r\n\0,#");

    private KnownHostsFile(IReadOnlyList<KnownHostsEntry> entries, IReadOnlyList<int> unreadableLines)
    {
        Entries = entries;
        UnreadableLines = unreadableLines;
    }

    /// <summary>The lines with a key, in their order.</summary>
    public IReadOnlyList<KnownHostsEntry> Entries { get; }

    /// <summary>Numbers of lines that were skipped because they are malformed or their key is unsupported. They grant nothing.</summary>
    public IReadOnlyList<int> UnreadableLines { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="text">The file's text.</param>
    /// <exception cref="SshProtocolException">A @revoked line is malformed: skipping it would allow what it forbids.</exception>
    public static KnownHostsFile Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<KnownHostsEntry> entries = [];
        List<int> unreadable = [];
        string[] lines = text.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim();
            if (line.Length == 0 || line[0] == '#')
                continue;

            try
            {
                entries.Add(ParseLine(line, i + 1));
            }
            catch (SshProtocolException exception) when (line.StartsWith("@revoked", StringComparison.Ordinal))
            {
                throw new SshProtocolException($"Line {i + 1} of known_hosts revokes a key that cannot be read. Correct or remove the line.", exception);
            }
            catch (SshException)
            {
                unreadable.Add(i + 1);
            }
        }

        return new KnownHostsFile(entries, unreadable);
    }

    /// <summary>
    /// The entries that speak about a host: those whose patterns fit [host]:port, and those that fit the bare name, as OpenSSH
    /// falls back to it. The caller refuses a key or an authority that is among the revoked ones.
    /// </summary>
    /// <param name="host">The name or address that the user typed.</param>
    /// <param name="port">The port.</param>
    public IReadOnlyList<KnownHostsEntry> Match(string host, int port = DefaultPort)
    {
        ArgumentNullException.ThrowIfNull(host);
        string name = host.ToLowerInvariant();
        string withPort = $"[{name}]:{port}";
        return [.. Entries.Where(entry => entry.Matches(name) || (port != DefaultPort && entry.Matches(withPort) && !IsExcluded(entry, name)))];

        // A negated bare name also excludes the name with a port.
        static bool IsExcluded(KnownHostsEntry entry, string name) =>
            entry.Hosts.Split(',').Any(pattern => pattern.StartsWith('!') && HostPattern.Matches(pattern.AsSpan(1), name));
    }

    /// <summary>Formats a line, without line break.</summary>
    /// <param name="hosts">Patterns; none of them empty or with a blank or comma.</param>
    /// <param name="key">The key.</param>
    /// <param name="marker">What to say about it.</param>
    /// <param name="comment">A comment on one line, or null.</param>
    /// <exception cref="ArgumentException">A pattern would break the line.</exception>
    public static string FormatLine(IReadOnlyList<string> hosts, SshPublicKey key, KnownHostsMarker marker = KnownHostsMarker.None, string? comment = null)
    {
        ArgumentNullException.ThrowIfNull(hosts);
        ArgumentNullException.ThrowIfNull(key);
        if (hosts.Count == 0 || hosts.Any(host => host.Length == 0 || host.AsSpan().ContainsAny(BreaksTheLine) || host[0] == '@'))
            throw new ArgumentException("A host pattern of known_hosts must not be empty, contain blanks, commas or '#', or begin with '@'.", nameof(hosts));

        string prefix = marker switch
        {
            KnownHostsMarker.CertificateAuthority => "@cert-authority ",
            KnownHostsMarker.Revoked => "@revoked ",
            _ => "",
        };
        return $"{prefix}{string.Join(',', hosts)} {key.ToAuthorizedKeysLine(comment)}";
    }

    /// <summary>The name under which a host is listed: the bare name for port 22, else [name]:port.</summary>
    /// <param name="host">The name or address.</param>
    /// <param name="port">The port.</param>
    public static string FormatHost(string host, int port) =>
        port == DefaultPort ? host.ToLowerInvariant() : $"[{host.ToLowerInvariant()}]:{port}";

    /// <summary>Hides a name of <see cref="FormatHost"/>, as HashKnownHosts does.</summary>
    /// <param name="name">The name.</param>
    public static string HashHost(string name) => KnownHostsEntry.Hash(name, RandomNumberGenerator.GetBytes(SHA1.HashSizeInBytes));

    private static KnownHostsEntry ParseLine(string line, int number)
    {
        ReadOnlySpan<char> rest = line;
        KnownHostsMarker marker = KnownHostsMarker.None;
        if (rest[0] == '@')
        {
            marker = KeyLine.Word(ref rest) switch
            {
                "@cert-authority" => KnownHostsMarker.CertificateAuthority,
                "@revoked" => KnownHostsMarker.Revoked,
                _ => throw new SshProtocolException($"Line {number} of known_hosts has an unknown marker."),
            };
        }

        string hosts = KeyLine.Word(ref rest).ToString();
        (_, byte[] blob, string comment) = KeyLine.Parse(rest);
        return new KnownHostsEntry(marker, hosts, SshPublicKey.FromBlob(blob), comment, number);
    }
}
