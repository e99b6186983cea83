using System.Text.Json.Serialization;

namespace Teleport.Proxy.WebApi;

/// <summary>A login of a command line.</summary>
internal sealed record LoginBody
{
    public string? User { get; set; }

    public string? Password { get; set; }

    public string? OtpToken { get; set; }

    /// <summary>An authorized_keys line.</summary>
    public byte[]? PubKey { get; set; }

    /// <summary>SubjectPublicKeyInfo, DER; absent: the SSH key is used for TLS too.</summary>
    public byte[]? TlsPubKey { get; set; }

    /// <summary>Nanoseconds.</summary>
    public long Ttl { get; set; }

    public string? Compatibility { get; set; }

    public string? RouteToCluster { get; set; }

    /// <summary>How older clients write <see cref="RouteToCluster"/>.</summary>
    [JsonPropertyName("RouteToCluster")]
    public string? OlderRouteToCluster { get; set; }
}

/// <summary>Certificates, and whom to trust.</summary>
internal sealed record LoginAnswer
{
    public required string Username { get; init; }

    public required byte[] Cert { get; init; }

    public byte[]? TlsCert { get; init; }

    public required IReadOnlyList<HostSigner> HostSigners { get; init; }
}

internal sealed record HostSigner
{
    public required string DomainName { get; init; }

    public required IReadOnlyList<byte[]> CheckingKeys { get; init; }

    public required IReadOnlyList<byte[]> TlsCerts { get; init; }
}
