using System.Security.Cryptography;
using System.Text;

namespace Teleport.Ssh.Keys;

/// <summary>A line of known_hosts.</summary>
public sealed class KnownHostsEntry
{
    private const string HashPrefix = "|1|";

    private readonly string[] _patterns;

    internal KnownHostsEntry(KnownHostsMarker marker, string hosts, SshPublicKey key, string comment, int lineNumber)
    {
        Marker = marker;
        Hosts = hosts;
        Key = key;
        Comment = comment;
        LineNumber = lineNumber;
        _patterns = hosts.Split(',', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>What the line says about the key.</summary>
    public KnownHostsMarker Marker { get; }

    /// <summary>The patterns as they stand in the file: separated by commas, or one hashed name.</summary>
    public string Hosts { get; }

    /// <summary>The key.</summary>
    public SshPublicKey Key { get; }

    /// <summary>The rest of the line; may be empty.</summary>
    public string Comment { get; }

    /// <summary>Where the line stands in the file, from 1.</summary>
    public int LineNumber { get; }

    /// <summary>Whether one of the patterns fits, and no negated one does.</summary>
    /// <param name="name">A host name, or [name]:port, in lower case.</param>
    internal bool Matches(string name)
    {
        bool found = false;
        foreach (string pattern in _patterns)
        {
            if (pattern.StartsWith('!'))
            {
                if (HostPattern.Matches(pattern.AsSpan(1), name))
                    return false;
            }
            else
            {
                found |= pattern.StartsWith(HashPrefix, StringComparison.Ordinal) ? MatchesHash(pattern, name) : HostPattern.Matches(pattern, name);
            }
        }

        return found;
    }

    /// <summary>The hashed form of a name: "|1|", base64 of a salt, "|", base64 of HMAC-SHA1(salt, name).</summary>
    internal static string Hash(string name, byte[] salt) =>
        $"{HashPrefix}{Convert.ToBase64String(salt)}|{Convert.ToBase64String(Mac(salt, name))}";

    private static bool MatchesHash(string pattern, string name)
    {
        string[] parts = pattern.Split('|');
        byte[] salt = new byte[SHA1.HashSizeInBytes];
        byte[] hash = new byte[SHA1.HashSizeInBytes];
        return parts.Length == 4
            && Convert.TryFromBase64String(parts[2], salt, out int saltLength) && saltLength == salt.Length
            && Convert.TryFromBase64String(parts[3], hash, out int hashLength) && hashLength == hash.Length
            && CryptographicOperations.FixedTimeEquals(Mac(salt, name), hash);
    }

#pragma warning disable CA5350 // SHA-1 hides names in this file format; nothing is signed or trusted by it.
    private static byte[] Mac(byte[] salt, string name) => HMACSHA1.HashData(salt, Encoding.UTF8.GetBytes(name));
#pragma warning restore CA5350
}
