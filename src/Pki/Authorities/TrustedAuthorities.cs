using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Ssh;
using Teleport.Ssh.Keys;

namespace Teleport.Pki.Authorities;

/// <summary>Public keys of authorities of one type, of one or more clusters. Immutable.</summary>
public sealed class TrustedAuthorities
{
    private readonly FrozenDictionary<SshPublicKey, string> _clusterBySshKey;
    private readonly FrozenDictionary<string, string> _clusterByThumbprint;

    private TrustedAuthorities(AuthorityType type, Dictionary<SshPublicKey, string> ssh, Dictionary<X509Certificate2, string> tls)
    {
        Type = type;
        _clusterBySshKey = ssh.ToFrozenDictionary();
        SshKeys = _clusterBySshKey.Keys.ToFrozenSet();
        TlsRoots = [.. tls.Keys];
        _clusterByThumbprint = tls.ToFrozenDictionary(root => Thumbprint(root.Key), root => root.Value);
    }

    /// <summary>What they vouch for.</summary>
    public AuthorityType Type { get; }

    /// <summary>Keys that sign SSH certificates.</summary>
    public IReadOnlySet<SshPublicKey> SshKeys { get; }

    /// <summary>Roots of X.509 chains.</summary>
    public X509Certificate2Collection TlsRoots { get; }

    /// <summary>Takes active and additionally trusted keys of all authorities of a type; those of other types are left out.</summary>
    /// <param name="authorities">The authorities, with or without private keys.</param>
    /// <param name="type">The type.</param>
    /// <exception cref="TeleportException">
    /// Code <c>invalid</c>: a key cannot be read, or stands for two clusters, so that one could speak for the other.
    /// </exception>
    public static TrustedAuthorities Of(IEnumerable<CertAuthority> authorities, AuthorityType type)
    {
        ArgumentNullException.ThrowIfNull(authorities);
        Dictionary<SshPublicKey, string> ssh = [];
        Dictionary<X509Certificate2, string> tls = [];
        foreach (CertAuthoritySpec spec in authorities.Select(authority => authority.Spec).Where(spec => spec.Type == type))
        {
            try
            {
                foreach (SshAuthorityKey key in spec.ActiveKeys.Ssh.Concat(spec.AdditionalTrustedKeys.Ssh))
                    Add(ssh, SshPublicKey.Parse(key.PublicKey), spec);
                foreach (TlsAuthorityKey key in spec.ActiveKeys.Tls.Concat(spec.AdditionalTrustedKeys.Tls))
                    Add(tls, X509Certificate2.CreateFromPem(key.Certificate), spec);
            }
            catch (Exception exception) when (exception is SshException or CryptographicException)
            {
                throw new TeleportException(ErrorCode.Invalid, $"A key of the {type} authority of {spec.ClusterName} cannot be read.", exception);
            }
        }

        return new TrustedAuthorities(type, ssh, tls);
    }

    /// <summary>The cluster whose authority signs with a key; null when the key is not trusted.</summary>
    /// <param name="key">The key.</param>
    public string? FindCluster(SshPublicKey key) => _clusterBySshKey.GetValueOrDefault(key);

    /// <summary>The cluster whose authority has a certificate; null when it is not trusted.</summary>
    /// <param name="root">The authority's certificate.</param>
    public string? FindCluster(X509Certificate2 root)
    {
        ArgumentNullException.ThrowIfNull(root);
        return _clusterByThumbprint.GetValueOrDefault(Thumbprint(root));
    }

    private static void Add<TKey>(Dictionary<TKey, string> clusters, TKey key, CertAuthoritySpec spec)
        where TKey : notnull
    {
        if (!clusters.TryAdd(key, spec.ClusterName) && clusters[key] != spec.ClusterName)
            throw TeleportException.Invalid($"The clusters {clusters[key]} and {spec.ClusterName} have the same {spec.Type} authority key. Remove one of them.");
    }

    private static string Thumbprint(X509Certificate2 certificate) => certificate.GetCertHashString(HashAlgorithmName.SHA256);
}
