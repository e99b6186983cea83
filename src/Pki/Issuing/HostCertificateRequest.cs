using System.Net;
using Teleport.Abstractions.Security;
using Teleport.Ssh.Keys;

namespace Teleport.Pki.Issuing;

/// <summary>A service that joins or renews, already admitted: what its certificates say.</summary>
public sealed record HostCertificateRequest
{
    /// <summary>Who holds the certificates; <see cref="HostIdentity.Expires"/> is when they end.</summary>
    /// <remarks>The id, alone and with the cluster's name, becomes a principal besides those listed.</remarks>
    public required HostIdentity Identity { get; init; }

    /// <summary>The host's key for SSH.</summary>
    public required SshPublicKey SshKey { get; init; }

    /// <summary>The host's key for TLS as DER SubjectPublicKeyInfo; null: no X.509 certificate.</summary>
    public ReadOnlyMemory<byte>? TlsPublicKeyInfo { get; init; }

    /// <summary>Names for the X.509 certificate, as clients dial them.</summary>
    public IReadOnlyCollection<string> DnsNames { get; init; } = [];

    /// <summary>Addresses for the X.509 certificate, as clients dial them.</summary>
    public IReadOnlyCollection<IPAddress> IpAddresses { get; init; } = [];

    /// <summary>When the certificates begin: usually now less <see cref="CertificateTimes.Skew"/>.</summary>
    public required DateTimeOffset NotBefore { get; init; }
}
