using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Time.Testing;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Pki.Authorities;
using Teleport.Pki.Issuing;
using Teleport.Ssh.Keys;

namespace Teleport.Pki.Tests;

/// <summary>A cluster with its authorities, which certifies whom the test wants.</summary>
internal sealed class TestCluster : IDisposable
{
    public static readonly DateTimeOffset Start = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public TestCluster(string name = "lab.example", string? algorithm = null)
    {
        Name = name;
        UserAuthority = AuthorityFactory.Create(AuthorityType.User, name, algorithm, Time);
        HostAuthority = AuthorityFactory.Create(AuthorityType.Host, name, algorithm, Time);
        Users = AuthoritySigner.Load(UserAuthority);
        Hosts = AuthoritySigner.Load(HostAuthority);
    }

    public string Name { get; }

    public FakeTimeProvider Time { get; } = new(Start);

    public CertAuthority UserAuthority { get; }

    public CertAuthority HostAuthority { get; }

    public AuthoritySigner Users { get; }

    public AuthoritySigner Hosts { get; }

    public SshPrivateKey Key { get; } = SshPrivateKey.Generate(SshKeyKind.EcdsaP256);

    public ReadOnlyMemory<byte> TlsPublicKey
    {
        get
        {
            using ECDsa key = (ECDsa)Key.ToAsymmetricAlgorithm()!;
            return key.ExportSubjectPublicKeyInfo();
        }
    }

    public UserIdentity Alice => new()
    {
        UserName = "alice",
        ClusterName = Name,
        Roles = ["admin", "dba"],
        Traits = new Dictionary<string, IReadOnlyList<string>> { ["logins"] = ["root", "nobody"], ["empty"] = [] },
        Principals = ["root", "nobody"],
        RouteToCluster = Name,
        PermitPortForwarding = true,
        PermitAgentForwarding = true,
        Expires = Start.AddHours(12),
    };

    public HostIdentity Node => new()
    {
        HostId = "1333be40-ff8e-4d4f-871e-72eac0ffdf29",
        ClusterName = Name,
        Role = SystemRole.Node,
        Principals = ["labhost", "127.0.0.1"],
        Expires = Start.AddDays(30),
    };

    public IssuedUserCertificates Issue(UserIdentity identity) => UserCertificateIssuer.Issue(Users, new UserCertificateRequest
    {
        Identity = identity,
        SshKey = Key.PublicKey,
        TlsPublicKeyInfo = TlsPublicKey,
        NotBefore = Time.GetUtcNow() - CertificateTimes.Skew,
    });

    public IssuedHostCertificates Issue(HostIdentity identity) => HostCertificateIssuer.Issue(Hosts, new HostCertificateRequest
    {
        Identity = identity,
        SshKey = Key.PublicKey,
        TlsPublicKeyInfo = TlsPublicKey,
        DnsNames = ["labhost", "x.teleport.cluster.local"],
        IpAddresses = [System.Net.IPAddress.Loopback],
        NotBefore = Time.GetUtcNow() - CertificateTimes.Skew,
    });

    public TrustedAuthorities Trusted(AuthorityType type) => TrustedAuthorities.Of([UserAuthority, HostAuthority], type);

    public X509Certificate2 TlsRootOf(AuthorityType type) => Trusted(type).TlsRoots[0];

    public void Dispose()
    {
        Users.Dispose();
        Hosts.Dispose();
        Key.Dispose();
    }
}
