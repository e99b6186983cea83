using Teleport.Abstractions.Security;

namespace Teleport.Abstractions.Configuration;

/// <summary>What concerns every service of an instance: the <c>teleport</c> section of the configuration, with flags applied.</summary>
public sealed record InstanceOptions
{
    /// <summary>Name of this host, shown and matched; not unique.</summary>
    public required string Nodename { get; init; }

    /// <summary>Absolute path of the data folder, mode 0700.</summary>
    public required string DataDir { get; init; }

    /// <summary>The token for joining a cluster, or <c>null</c>. Used only while there is no identity in the data folder.</summary>
    public Secret? AuthToken { get; init; }

    /// <summary>Pins of the host authority to expect when joining. Empty: none is checked, loudly.</summary>
    public IReadOnlyList<string> CaPins { get; init; } = [];

    /// <summary>Auth servers or proxies to reach the cluster by, in order of preference. Empty: the auth role of this process, or 127.0.0.1:3025.</summary>
    public IReadOnlyList<NetworkAddress> AuthServers { get; init; } = [];

    /// <summary>The address that services announce in place of the one they listen on, or <c>null</c>.</summary>
    public NetworkAddress? AdvertiseAddress { get; init; }

    /// <summary>Host part of every listener whose address was not configured.</summary>
    public string ListenHost { get; init; } = "0.0.0.0";

    /// <summary>Static labels of this host, from the flag <c>--labels</c>, over those of a section.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Limits of each listener.</summary>
    public ConnectionLimits ConnectionLimits { get; init; } = new();

    /// <summary>Signature algorithm of RSA authorities: <c>rsa-sha2-256</c> or <c>rsa-sha2-512</c>; <c>null</c>: authorities are Ed25519.</summary>
    public string? CaSignatureAlgorithm { get; init; }

    /// <summary>SSH ciphers, in order; empty: the defaults.</summary>
    public IReadOnlyList<string> Ciphers { get; init; } = [];

    /// <summary>SSH key exchanges, in order; empty: the defaults.</summary>
    public IReadOnlyList<string> KexAlgorithms { get; init; } = [];

    /// <summary>SSH MACs, in order; empty: the defaults.</summary>
    public IReadOnlyList<string> MacAlgorithms { get; init; } = [];

    /// <summary>TLS 1.2 cipher suites, as <c>tls-ecdhe-rsa-with-aes-128-gcm-sha256</c>; empty: the defaults.</summary>
    public IReadOnlyList<string> TlsCipherSuites { get; init; } = [];

    /// <summary>Whether certificates of web endpoints that this instance dials go unverified. Announced loudly.</summary>
    public bool Insecure { get; init; }

    /// <summary>Version of this program, as <c>0.1.0</c>.</summary>
    public required string Version { get; init; }

    /// <summary>Path of the executable of the host, for helpers that run it again.</summary>
    public required string ExecutablePath { get; init; }
}
