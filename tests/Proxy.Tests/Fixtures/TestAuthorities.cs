using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Agent;
using Teleport.Pki;
using Teleport.Pki.Authorities;
using Teleport.Pki.Issuing;
using Teleport.Ssh.Keys;

namespace Teleport.Proxy.Tests.Fixtures;

/// <summary>The authorities of a cluster, which certify whom the test wants.</summary>
internal sealed class TestAuthorities : IDisposable
{
    public const string ProxyId = "0a3e0000-0000-4000-8000-00000000000a";

    private readonly TimeProvider _time;
    private readonly AuthoritySigner _users;
    private readonly AuthoritySigner _hosts;

    public TestAuthorities(TimeProvider? time = null, string name = "lab.example")
    {
        _time = time ?? TimeProvider.System;
        Name = name;
        UserAuthority = AuthorityFactory.Create(AuthorityType.User, name, null, _time);
        HostAuthority = AuthorityFactory.Create(AuthorityType.Host, name, null, _time);
        _users = AuthoritySigner.Load(UserAuthority);
        _hosts = AuthoritySigner.Load(HostAuthority);
        ProxyCredential = Host(SystemRole.Proxy, ProxyId, "localhost", "127.0.0.1");
    }

    public string Name { get; }

    public CertAuthority UserAuthority { get; }

    public CertAuthority HostAuthority { get; }

    public SshCredential ProxyCredential { get; }

    public IReadOnlyCollection<SshPublicKey> HostKeys => [_hosts.Ssh.PublicKey];

    public UserIdentity Identity(string user, params string[] roles) => new()
    {
        UserName = user,
        ClusterName = Name,
        Roles = roles,
        Principals = ["root", Environment.UserName],
        RouteToCluster = Name,
        PermitPortForwarding = true,
        Expires = _time.GetUtcNow().AddHours(1),
    };

    public SshCredential User(UserIdentity identity)
    {
        SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.EcdsaP256);
        return SshCredential.FromCertificate(key, Certify(identity, key.PublicKey));
    }

    public SshCertificate Certify(UserIdentity identity, SshPublicKey key) => UserCertificateIssuer.Issue(_users, new UserCertificateRequest
    {
        Identity = identity,
        SshKey = key,
        NotBefore = _time.GetUtcNow() - CertificateTimes.Skew,
    }).Ssh;

    public SshCredential Host(SystemRole role, string hostId, params string[] principals)
    {
        SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        SshCertificate certificate = HostCertificateIssuer.Issue(_hosts, new HostCertificateRequest
        {
            Identity = new HostIdentity
            {
                HostId = hostId,
                ClusterName = Name,
                Role = role,
                Principals = [hostId, .. principals],
                Expires = _time.GetUtcNow().AddDays(1),
            },
            SshKey = key.PublicKey,
            NotBefore = _time.GetUtcNow() - CertificateTimes.Skew,
        }).Ssh;
        return SshCredential.FromCertificate(key, certificate);
    }

    public ClusterSnapshot Snapshot() => new()
    {
        ClusterName = Name,
        UserAuthorities = TrustedAuthorities.Of([UserAuthority, HostAuthority], AuthorityType.User),
        HostAuthorities = TrustedAuthorities.Of([UserAuthority, HostAuthority], AuthorityType.Host),
    };

    public void Dispose()
    {
        _users.Dispose();
        _hosts.Dispose();
    }
}
