namespace Teleport.Client.Profiles;

/// <summary>Where things are below <c>~/.tsh</c>.</summary>
/// <param name="Home">The folder itself.</param>
public sealed record ProfilePaths(string Home)
{
    /// <summary>Names the active proxy.</summary>
    public string CurrentProfile => Path.Combine(Home, "current-profile");

    /// <summary>Keys of the host authorities of clusters seen, as OpenSSH reads them.</summary>
    public string KnownHosts => Path.Combine(Home, "known_hosts");

    /// <summary>Held while something is written.</summary>
    public string Lock => Path.Combine(Home, ".lock");

    /// <summary>The file of a profile.</summary>
    public string Profile(string proxyHost) => Path.Combine(Home, proxyHost + ".yaml");

    /// <summary>Keys and certificates for a proxy.</summary>
    public string Keys(string proxyHost) => Path.Combine(Home, "keys", proxyHost);

    /// <summary>The user's private key.</summary>
    public string PrivateKey(string proxyHost, string user) => Path.Combine(Keys(proxyHost), user);

    /// <summary>The user's public key.</summary>
    public string PublicKey(string proxyHost, string user) => PrivateKey(proxyHost, user) + ".pub";

    /// <summary>The user's X.509 certificate.</summary>
    public string TlsCertificate(string proxyHost, string user) => PrivateKey(proxyHost, user) + "-x509.pem";

    /// <summary>X.509 certificates of the host authorities.</summary>
    public string TlsAuthorities(string proxyHost) => Path.Combine(Keys(proxyHost), "certs.pem");

    /// <summary>Keys of the host authority of this proxy's cluster alone, for OpenSSH.</summary>
    public string ProxyKnownHosts(string proxyHost) => Path.Combine(Keys(proxyHost), "known_hosts");

    /// <summary>The folder of the user's SSH certificates.</summary>
    public string SshFolder(string proxyHost, string user) => PrivateKey(proxyHost, user) + "-ssh";

    /// <summary>The user's SSH certificate for a cluster.</summary>
    public string SshCertificate(string proxyHost, string user, string cluster) => Path.Combine(SshFolder(proxyHost, user), cluster + "-cert.pub");

    /// <summary><c>$TELEPORT_HOME</c>, or <c>.tsh</c> in the user's home.</summary>
    public static ProfilePaths Default()
    {
        string? home = Environment.GetEnvironmentVariable("TELEPORT_HOME");
        return new ProfilePaths(string.IsNullOrEmpty(home)
            ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".tsh")
            : Path.GetFullPath(home));
    }
}
