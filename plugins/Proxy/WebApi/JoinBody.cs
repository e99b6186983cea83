using System.Text.Json.Serialization;

namespace Teleport.Proxy.WebApi;

/// <summary>A host that wants to become a member.</summary>
internal sealed record JoinBody
{
    [JsonPropertyName("hostID")]
    public string? HostId { get; set; }

    public string? NodeName { get; set; }

    public string? Role { get; set; }

    public string? Token { get; set; }

    public IReadOnlyList<string>? AdditionalPrincipals { get; set; }

    public IReadOnlyList<string>? DnsNames { get; set; }

    /// <summary>SubjectPublicKeyInfo, DER or PEM.</summary>
    public byte[]? PublicTlsKey { get; set; }

    /// <summary>An authorized_keys line, or the key's blob.</summary>
    public byte[]? PublicSshKey { get; set; }
}

/// <summary>Certificates of a new member, and whom it trusts.</summary>
internal sealed record JoinAnswer
{
    /// <summary>An authorized_keys line.</summary>
    public required byte[] Cert { get; init; }

    /// <summary>PEM.</summary>
    public required byte[] TlsCert { get; init; }

    /// <summary>PEM.</summary>
    public required IReadOnlyList<byte[]> TlsCaCerts { get; init; }

    /// <summary>Lines of authorized_keys.</summary>
    public required IReadOnlyList<byte[]> SshCaCerts { get; init; }

    public required string ClusterName { get; init; }
}
