using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Teleport.Abstractions.Errors;
using Teleport.Pki.Files;
using Teleport.Ssh;
using Teleport.Ssh.Keys;

namespace Teleport.Client.Profiles;

/// <summary>Profiles and their certificates on disk, laid out as <see cref="ProfilePaths"/> says. Writers of several processes wait for each other.</summary>
public sealed class ProfileStore(ProfilePaths paths)
{
    private static readonly TimeSpan LockTime = TimeSpan.FromSeconds(20);

    /// <summary>Where things are.</summary>
    public ProfilePaths Paths { get; } = paths;

    /// <summary>The store of this user.</summary>
    public static ProfileStore Default() => new(ProfilePaths.Default());

    /// <summary>Name of the active proxy, or <c>null</c>.</summary>
    public string? CurrentName()
    {
        if (!File.Exists(Paths.CurrentProfile))
        {
            return null;
        }

        string name = File.ReadAllText(Paths.CurrentProfile).Trim();
        return name.Length == 0 ? null : Names.Check(name, "name in current-profile");
    }

    /// <summary>All profiles, the active one first.</summary>
    public IReadOnlyList<Profile> List()
    {
        if (!Directory.Exists(Paths.Home))
        {
            return [];
        }

        string? current = CurrentName();
        return
        [
            .. Directory.EnumerateFiles(Paths.Home, "*.yaml")
                .Select(static file => Path.GetFileNameWithoutExtension(file))
                .OrderBy(name => name == current ? 0 : 1).ThenBy(static name => name, StringComparer.Ordinal)
                .Select(name => Find(name)!),
        ];
    }

    /// <summary>The profile of a proxy; <c>null</c>: there is none.</summary>
    /// <param name="proxyHost">The proxy; <c>null</c>: the active one.</param>
    public Profile? Find(string? proxyHost = null)
    {
        string? name = proxyHost ?? CurrentName();
        if (name is null)
        {
            return null;
        }

        string file = Paths.Profile(Names.Check(name, "proxy host"));
        return File.Exists(file) ? ProfileFile.Parse(name, file, File.ReadAllText(file)) : null;
    }

    /// <summary>The user's keys and certificates; <c>null</c>: not logged in.</summary>
    public ClientIdentity? FindIdentity(Profile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        string key = Paths.PrivateKey(profile.ProxyHost, profile.User);
        string certificate = Paths.SshCertificate(profile.ProxyHost, profile.User, profile.Cluster);
        if (!File.Exists(key) || !File.Exists(certificate))
        {
            return null;
        }

        try
        {
            string tls = Paths.TlsCertificate(profile.ProxyHost, profile.User);
            return ClientIdentity.Of(new IdentityFile
            {
                PrivateKey = File.ReadAllText(key),
                SshCertificate = SshCertificate.Parse(File.ReadAllText(certificate)),
                TlsCertificate = File.Exists(tls) ? File.ReadAllText(tls) : null,
                TlsAuthorities = Certificates(Paths.TlsAuthorities(profile.ProxyHost)),
                SshAuthorities = KnownAuthorities(profile.Cluster),
            });
        }
        catch (Exception e) when (e is SshException or CryptographicException or IOException)
        {
            throw TeleportException.Invalid($"The certificates of {profile.User} for {profile.ProxyHost} cannot be read: {e.Message} Log in again with: tsh login --proxy={profile.WebAddress.ToHostPort()}");
        }
    }

    /// <summary>Stores a login and makes its profile the active one.</summary>
    public void Save(Profile profile, IdentityFile identity)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(identity);
        string host = Names.Check(profile.ProxyHost, "proxy host");
        string user = Names.Check(profile.User, "user");
        using FileStream held = Hold();
        PrivateFiles.CreateFolder(Path.Combine(Paths.Home, "keys"));
        PrivateFiles.CreateFolder(Paths.Keys(host));
        PrivateFiles.CreateFolder(Paths.SshFolder(host, user));
        PrivateFiles.Write(Paths.PrivateKey(host, user), identity.PrivateKey);
        PrivateFiles.Write(Paths.PublicKey(host, user), identity.SshCertificate!.Key.ToAuthorizedKeysLine($"teleport:{user}") + "\n");
        PrivateFiles.Write(Paths.SshCertificate(host, user, Names.Check(profile.Cluster, "cluster")), identity.SshCertificate.ToAuthorizedKeysLine() + "\n");
        if (identity.TlsCertificate is { } tls)
        {
            PrivateFiles.Write(Paths.TlsCertificate(host, user), tls);
        }

        PrivateFiles.Write(Paths.TlsAuthorities(host), string.Join('\n', identity.TlsAuthorities.Select(static pem => pem.Trim())) + "\n");
        PrivateFiles.Write(Paths.KnownHosts, MergeKnownHosts(identity.SshAuthorities));
        PrivateFiles.Write(Paths.Profile(host), ProfileFile.Format(profile));
        PrivateFiles.Write(Paths.CurrentProfile, host + "\n");
    }

    /// <summary>Forgets the keys and certificates of a user, and the profile with them.</summary>
    /// <returns>Whether there were any.</returns>
    public bool Remove(Profile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        using FileStream held = Hold();
        string key = Paths.PrivateKey(profile.ProxyHost, profile.User);
        bool was = File.Exists(key);
        foreach (string file in new[] { key, Paths.PublicKey(profile.ProxyHost, profile.User), Paths.TlsCertificate(profile.ProxyHost, profile.User), Paths.Profile(profile.ProxyHost) })
        {
            File.Delete(file);
        }

        if (Directory.Exists(Paths.SshFolder(profile.ProxyHost, profile.User)))
        {
            Directory.Delete(Paths.SshFolder(profile.ProxyHost, profile.User), recursive: true);
        }

        if (CurrentName() == profile.ProxyHost)
        {
            File.Delete(Paths.CurrentProfile);
        }

        return was;
    }

    private static IReadOnlyList<string> Certificates(string file)
    {
        if (!File.Exists(file))
        {
            return [];
        }

        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPemFile(file);
        return [.. certificates.Select(static certificate => certificate.ExportCertificatePem())];
    }

    private IReadOnlyList<HostAuthorityLine> KnownAuthorities(string cluster)
    {
        if (!File.Exists(Paths.KnownHosts))
        {
            return [];
        }

        return [.. KnownHostsFile.Parse(File.ReadAllText(Paths.KnownHosts)).Match("any." + cluster)
            .Where(static entry => entry.Marker == KnownHostsMarker.CertificateAuthority)
            .Select(entry => new HostAuthorityLine(cluster, entry.Key))];
    }

    /// <summary>The lines of other clusters, and those of this login in place of earlier ones of the same clusters.</summary>
    private string MergeKnownHosts(IReadOnlyList<HostAuthorityLine> authorities)
    {
        string[] marks = [.. authorities.Select(static line => $"@cert-authority *.{line.ClusterName} ").Distinct()];
        IEnumerable<string> others = File.Exists(Paths.KnownHosts)
            ? File.ReadAllLines(Paths.KnownHosts).Where(line => line.Length > 0 && !marks.Any(mark => line.StartsWith(mark, StringComparison.Ordinal)))
            : [];
        return string.Join('\n', others.Concat(authorities.Select(static line => line.Format()))) + "\n";
    }

    private FileStream Hold()
    {
        PrivateFiles.CreateFolder(Paths.Home);
        long begun = Environment.TickCount64;
        while (true)
        {
            try
            {
                return new FileStream(Paths.Lock, new FileStreamOptions
                {
                    Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                });
            }
            catch (IOException) when (Environment.TickCount64 - begun < LockTime.TotalMilliseconds)
            {
                // Another tsh writes; it takes milliseconds.
                Thread.Yield();
            }
        }
    }
}
