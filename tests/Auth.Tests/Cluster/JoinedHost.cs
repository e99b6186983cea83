using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Teleport.Api;
using Teleport.Api.Join.V1;
using Teleport.Ssh.Keys;

namespace Teleport.Auth.Tests.Cluster;

/// <summary>The keys of a host.</summary>
internal sealed class HostKeyPair(SshPrivateKey ssh, ECDsa tls)
{
    public SshPrivateKey Ssh { get; } = ssh;

    public ECDsa Tls { get; } = tls;

    public byte[] TlsPublicKey => Tls.ExportSubjectPublicKeyInfo();

    public static HostKeyPair Generate() => new(SshPrivateKey.Generate(SshKeyKind.Ed25519), ECDsa.Create(ECCurve.NamedCurves.nistP256));
}

/// <summary>A host that has joined.</summary>
internal sealed class JoinedHost(AuthCluster cluster, string hostId, HostKeyPair keys, HostCertificates certificates)
{
    private AuthClient? _client;

    public string HostId { get; } = hostId;

    public HostKeyPair Keys { get; } = keys;

    public HostCertificates Certificates { get; } = certificates;

    public X509Certificate2 Tls { get; } = X509Certificate2.CreateFromPem(certificates.TlsCertificate).CopyWithPrivateKey(keys.Tls);

    public SshCertificate Ssh { get; } = SshCertificate.Parse(certificates.SshCertificate);

    public AuthClient Client => _client ??= cluster.Client(Tls);

    public IReadOnlyList<string> TlsNames =>
        [.. Tls.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(static e => e.EnumerateDnsNames().Concat(e.EnumerateIPAddresses().Select(static a => a.ToString())))];
}
