using System.Text.Json.Serialization;

namespace Teleport.Abstractions.Resources;

/// <summary>A certificate authority: keys that sign for one purpose. Private keys are filled only for the auth service itself.</summary>
public sealed record CertAuthority : Resource
{
    /// <inheritdoc/>
    [System.Text.Json.Serialization.JsonPropertyOrder(-10)]
    public override string Kind { get; set; } = ResourceKinds.CertAuthority;

    /// <inheritdoc/>
    [System.Text.Json.Serialization.JsonPropertyOrder(-8)]
    public override string Version { get; set; } = "v2";

    /// <summary>The keys.</summary>
    public CertAuthoritySpec Spec { get; set; } = new();
}

/// <summary>What an authority vouches for. Names are part of keys in the store and never change.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AuthorityType>))]
public enum AuthorityType
{
    /// <summary>Users.</summary>
    [JsonStringEnumMemberName("user")]
    User,

    /// <summary>Hosts.</summary>
    [JsonStringEnumMemberName("host")]
    Host,

    /// <summary>Assertions to applications.</summary>
    [JsonStringEnumMemberName("jwt")]
    Jwt,

    /// <summary>Connections to databases.</summary>
    [JsonStringEnumMemberName("db")]
    Db,
}

/// <summary>The keys of an authority.</summary>
public sealed record CertAuthoritySpec
{
    /// <summary>What it vouches for.</summary>
    public AuthorityType Type { get; set; }

    /// <summary>The cluster.</summary>
    public string ClusterName { get; set; } = "";

    /// <summary>Keys that sign now; the first of each list issues, all are trusted.</summary>
    public AuthorityKeySet ActiveKeys { get; set; } = new();

    /// <summary>Keys that are trusted besides, during a rotation.</summary>
    public AuthorityKeySet AdditionalTrustedKeys { get; set; } = new();

    /// <summary>Signature algorithm of RSA keys; <c>null</c>: what fits the key.</summary>
    public string? SignatureAlgorithm { get; set; }
}

/// <summary>Keys of an authority by use.</summary>
public sealed record AuthorityKeySet
{
    /// <summary>Keys that sign SSH certificates.</summary>
    public IReadOnlyList<SshAuthorityKey> Ssh { get; set; } = [];

    /// <summary>Keys that sign X.509 certificates.</summary>
    public IReadOnlyList<TlsAuthorityKey> Tls { get; set; } = [];
}

/// <summary>A key that signs SSH certificates.</summary>
public sealed record SshAuthorityKey
{
    /// <summary>The public key as an authorized_keys line without comment.</summary>
    public string PublicKey { get; set; } = "";

    /// <summary>The private key in OpenSSH's format, or <c>null</c>.</summary>
    public string? PrivateKey { get; set; }
}

/// <summary>A key that signs X.509 certificates.</summary>
public sealed record TlsAuthorityKey
{
    /// <summary>The authority's own certificate in PEM.</summary>
    public string Certificate { get; set; } = "";

    /// <summary>The private key in PKCS#8 PEM, or <c>null</c>.</summary>
    public string? PrivateKey { get; set; }
}
