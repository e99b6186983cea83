using System.Net;
using Teleport.Abstractions.Configuration;
using Teleport.Proxy.Routing;

namespace Teleport.Proxy.Configuration;

/// <summary>The section <c>proxy_service</c>.</summary>
public sealed record ProxyOptions : IPluginOptions
{
    /// <summary>Whether the proxy runs; read by the host.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Where SSH clients connect; not set: port 3023.</summary>
    public NetworkAddress? ListenAddr { get; init; }

    /// <summary>Where agents connect their tunnels; not set: port 3024. May equal <see cref="WebListenAddr"/>.</summary>
    public NetworkAddress? TunnelListenAddr { get; init; }

    /// <summary>Where everything else connects, and by ALPN also SSH clients and agents; not set: port 3080.</summary>
    public NetworkAddress? WebListenAddr { get; init; }

    /// <summary>Web addresses by which users know the proxy; the first stands in links.</summary>
    public IReadOnlyList<NetworkAddress> PublicAddr { get; init; } = [];

    /// <summary>Addresses by which SSH clients know the proxy.</summary>
    public IReadOnlyList<NetworkAddress> SshPublicAddr { get; init; } = [];

    /// <summary>Addresses by which agents know the proxy.</summary>
    public IReadOnlyList<NetworkAddress> TunnelPublicAddr { get; init; } = [];

    /// <summary>Certificates of the web address, chosen by name, else the first. None: a self-signed one is made.</summary>
    public IReadOnlyList<HttpsKeypair> HttpsKeypairs { get; init; } = [];

    /// <summary>How often the files of the key pairs are looked at for changes.</summary>
    public TimeSpan HttpsKeypairsReloadInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Key of a single pair, the older way to write <see cref="HttpsKeypairs"/>.</summary>
    public string? HttpsKeyFile { get; init; }

    /// <summary>Certificate of a single pair, the older way to write <see cref="HttpsKeypairs"/>.</summary>
    public string? HttpsCertFile { get; init; }

    /// <summary>Whether a PROXY protocol header is read at all, from the sources that <see cref="ProxyProtocolSources"/> lists.</summary>
    public bool ProxyProtocol { get; init; } = true;

    /// <summary>Networks of load balancers whose PROXY protocol header is believed, as <c>10.0.0.0/8</c>. Everybody else's closes the connection.</summary>
    public IReadOnlyList<string> ProxyProtocolSources { get; init; } = [];

    /// <summary>SSH servers outside the inventory that users may be connected to: <c>host[:port]</c> or <c>network/bits[:port]</c>, port 22 unless written.</summary>
    public IReadOnlyList<string> AllowUnregistered { get; init; } = [];

    /// <summary>Certificates by ACME.</summary>
    [Reserved("configure https_keypairs; files that an ACME client renews are read again by themselves.")]
    public AcmeOptions Acme { get; init; } = new();

    /// <summary>Where Kubernetes clients connect.</summary>
    [Reserved("this version has no Kubernetes access; remove the key.")]
    public NetworkAddress? KubeListenAddr { get; init; }

    /// <summary>Addresses by which Kubernetes clients know the proxy.</summary>
    [Reserved("this version has no Kubernetes access; remove the key.")]
    public IReadOnlyList<NetworkAddress> KubePublicAddr { get; init; } = [];

    /// <summary>The older way to write the Kubernetes keys.</summary>
    [Reserved("this version has no Kubernetes access; remove the key.")]
    public KubernetesOptions Kubernetes { get; init; } = new();

    /// <summary>Where MySQL clients connect.</summary>
    [Reserved("this version has no database access; remove the key.")]
    public NetworkAddress? MysqlListenAddr { get; init; }

    /// <summary>Addresses by which MySQL clients know the proxy.</summary>
    [Reserved("this version has no database access; remove the key.")]
    public IReadOnlyList<NetworkAddress> MysqlPublicAddr { get; init; } = [];

    /// <summary>Where PostgreSQL clients connect.</summary>
    [Reserved("this version has no database access; remove the key.")]
    public NetworkAddress? PostgresListenAddr { get; init; }

    /// <summary>Addresses by which PostgreSQL clients know the proxy.</summary>
    [Reserved("this version has no database access; remove the key.")]
    public IReadOnlyList<NetworkAddress> PostgresPublicAddr { get; init; } = [];

    /// <summary>Where MongoDB clients connect.</summary>
    [Reserved("this version has no database access; remove the key.")]
    public NetworkAddress? MongoListenAddr { get; init; }

    /// <summary>Addresses by which MongoDB clients know the proxy.</summary>
    [Reserved("this version has no database access; remove the key.")]
    public IReadOnlyList<NetworkAddress> MongoPublicAddr { get; init; } = [];

    /// <summary>Where other proxies connect.</summary>
    [Reserved("agents keep a tunnel to every proxy instead; remove the key.")]
    public NetworkAddress? PeerListenAddr { get; init; }

    /// <summary>The address by which other proxies know this one.</summary>
    [Reserved("agents keep a tunnel to every proxy instead; remove the key.")]
    public NetworkAddress? PeerPublicAddr { get; init; }

    /// <summary>Whether the header X-Forwarded-For is believed.</summary>
    [Reserved("let the load balancer send the PROXY protocol and list it in proxy_protocol_sources.")]
    public bool TrustXForwardedFor { get; init; }

    /// <summary>Settings of the web terminal.</summary>
    [Reserved("this version has no web terminal; remove the key.")]
    public UiOptions Ui { get; init; } = new();

    /// <summary>Acting as an identity provider.</summary>
    [Reserved("it is out of scope; remove the key.")]
    public IReadOnlyDictionary<string, string> Idp { get; init; } = new Dictionary<string, string>();

    /// <summary>Chat assistant.</summary>
    [Reserved("it is out of scope; remove the key.")]
    public IReadOnlyDictionary<string, string> Assist { get; init; } = new Dictionary<string, string>();

    /// <summary>Automatic upgrades of agents.</summary>
    [Reserved("it is out of scope; remove the key.")]
    public IReadOnlyDictionary<string, string> AutomaticUpgradesChannels { get; init; } = new Dictionary<string, string>();

    /// <summary>Groups of proxies that agents choose from.</summary>
    [Reserved("agents keep a tunnel to every proxy; remove the key.")]
    public string? ProxyGroupId { get; init; }

    /// <inheritdoc/>
    public void Validate(OptionsValidation validation)
    {
        ArgumentNullException.ThrowIfNull(validation);
        ValidateListener(validation, "listen_addr", ListenAddr);
        ValidateListener(validation, "tunnel_listen_addr", TunnelListenAddr);
        ValidateListener(validation, "web_listen_addr", WebListenAddr);
        ValidatePublic(validation, "public_addr", PublicAddr);
        ValidatePublic(validation, "ssh_public_addr", SshPublicAddr);
        ValidatePublic(validation, "tunnel_public_addr", TunnelPublicAddr);
        ValidateKeypairs(validation);
        for (int i = 0; i < ProxyProtocolSources.Count; i++)
        {
            if (!NetworkRange.TryParse(ProxyProtocolSources[i], out _))
            {
                validation.AddError($"proxy_protocol_sources[{i}]", $"\"{ProxyProtocolSources[i]}\" is no IP address or network as 10.0.0.0/8.");
            }
        }

        for (int i = 0; i < AllowUnregistered.Count; i++)
        {
            if (!AllowedTarget.TryParse(AllowUnregistered[i], out _, out string? mistake))
            {
                validation.AddError($"allow_unregistered[{i}]", mistake);
            }
        }
    }

    /// <summary>All key pairs, however they were written.</summary>
    internal IReadOnlyList<HttpsKeypair> AllKeypairs() =>
        HttpsKeyFile is { } key && HttpsCertFile is { } certificate
            ? [.. HttpsKeypairs, new HttpsKeypair { KeyFile = key, CertFile = certificate }]
            : HttpsKeypairs;

    private void ValidateKeypairs(OptionsValidation validation)
    {
        if (HttpsKeyFile is null != HttpsCertFile is null)
        {
            string missing = HttpsKeyFile is null ? "https_key_file" : "https_cert_file";
            validation.AddError(missing, "https_key_file and https_cert_file belong together: set both or neither.");
        }

        for (int i = 0; i < HttpsKeypairs.Count; i++)
        {
            if (HttpsKeypairs[i].KeyFile.Length == 0 || HttpsKeypairs[i].CertFile.Length == 0)
            {
                validation.AddError($"https_keypairs[{i}]", "needs both key_file and cert_file.");
            }
        }

        if (HttpsKeypairsReloadInterval < TimeSpan.FromSeconds(1) && HttpsKeypairsReloadInterval != Timeout.InfiniteTimeSpan)
        {
            validation.AddError("https_keypairs_reload_interval", "must be at least 1s, or never.");
        }
    }

    private static void ValidateListener(OptionsValidation validation, string key, NetworkAddress? address)
    {
        if (address is not null && address.Host is not ("" or "localhost") && !IPAddress.TryParse(address.Host, out _))
        {
            validation.AddError(key, $"cannot listen on \"{address.Host}\": write an IP address of this machine, or 0.0.0.0 for all.");
        }
    }

    private static void ValidatePublic(OptionsValidation validation, string key, IReadOnlyList<NetworkAddress> addresses)
    {
        for (int i = 0; i < addresses.Count; i++)
        {
            if (addresses[i].Host.Length == 0 || addresses[i].Host is "0.0.0.0" or "::" || addresses[i].Port == 0)
            {
                validation.AddError($"{key}[{i}]", $"\"{addresses[i]}\" is no address that others can connect to: write a name or an IP address, and a port.");
            }
        }
    }
}
