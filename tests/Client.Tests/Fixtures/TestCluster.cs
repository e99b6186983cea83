using System.Security.Cryptography;
using System.Text;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Client.Profiles;
using Teleport.Client.Web;
using Teleport.Pki;
using Teleport.Pki.Authorities;
using Teleport.Pki.Files;
using Teleport.Pki.Issuing;
using Teleport.Ssh.Keys;

namespace Teleport.Client.Tests.Fixtures;

/// <summary>A cluster that certifies whom the test wants, and answers logins as its proxy does.</summary>
internal sealed class TestCluster : IDisposable
{
    private readonly AuthoritySigner _users;
    private readonly AuthoritySigner _hosts;
    private readonly TimeProvider _time;

    public TestCluster(string name = "demo", TimeProvider? time = null)
    {
        Name = name;
        _time = time ?? TimeProvider.System;
        _users = AuthoritySigner.Load(AuthorityFactory.Create(AuthorityType.User, name, null, _time));
        CertAuthority hosts = AuthorityFactory.Create(AuthorityType.Host, name, null, _time);
        _hosts = AuthoritySigner.Load(hosts);
        HostRoot = hosts.Spec.ActiveKeys.Tls[0].Certificate;
    }

    public string Name { get; }

    public SshPublicKey HostKey => _hosts.Ssh.PublicKey;

    /// <summary>The X.509 certificate of the host authority, PEM.</summary>
    public string HostRoot { get; }

    public IReadOnlyCollection<SshPublicKey> UserKeys => [_users.Ssh.PublicKey];

    public UserIdentity User(string name) => new()
    {
        UserName = name,
        ClusterName = Name,
        Roles = ["admin"],
        Principals = ["root", "deploy"],
        RouteToCluster = Name,
        Expires = _time.GetUtcNow().AddHours(1),
    };

    /// <summary>What the proxy answers to a login.</summary>
    public CertificateAnswer Answer(SshPublicKey key, UserIdentity identity, SshPublicKey? tlsKey = null, UserIdentity? tlsIdentity = null) => new()
    {
        Username = identity.UserName,
        Cert = Base64(Issue(key, identity).Ssh.ToAuthorizedKeysLine() + "\n"),
        TlsCert = Base64(Issue(tlsKey ?? key, tlsIdentity ?? identity).Tls!.ExportCertificatePem()),
        HostSigners = [Signer()],
    };

    public HostSigner Signer() => new() { DomainName = Name, CheckingKeys = [Base64(HostKey.ToAuthorizedKeysLine() + "\n")], TlsCerts = [Base64(HostRoot)] };

    /// <summary>A login as it is stored.</summary>
    public (Profile Profile, IdentityFile Identity) Login(string proxy, string user)
    {
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.EcdsaP256);
        IssuedUserCertificates issued = Issue(key.PublicKey, User(user));
        return (
            new Profile { ProxyHost = proxy, WebAddress = new NetworkAddress(proxy, 3080), SshAddress = new NetworkAddress(proxy, 3023), User = user, Cluster = Name },
            new IdentityFile
            {
                PrivateKey = key.ToPkcs8Pem(),
                SshCertificate = issued.Ssh,
                TlsCertificate = issued.Tls!.ExportCertificatePem(),
                TlsAuthorities = [HostRoot],
                SshAuthorities = [new HostAuthorityLine(Name, HostKey)],
            });
    }

    /// <summary>The credential of a server of the cluster.</summary>
    public SshCredential Host(SystemRole role, params string[] principals)
    {
        SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        var identity = new HostIdentity { HostId = Guid.NewGuid().ToString(), ClusterName = Name, Role = role, Principals = principals, Expires = _time.GetUtcNow().AddDays(1) };
        return SshCredential.FromCertificate(
            key, HostCertificateIssuer.Issue(_hosts, new HostCertificateRequest { Identity = identity, SshKey = key.PublicKey, NotBefore = _time.GetUtcNow() - CertificateTimes.Skew }).Ssh);
    }

    public void Dispose()
    {
        _users.Dispose();
        _hosts.Dispose();
    }

    public static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private IssuedUserCertificates Issue(SshPublicKey key, UserIdentity identity) => UserCertificateIssuer.Issue(_users, new UserCertificateRequest
    {
        Identity = identity, SshKey = key, TlsPublicKeyInfo = TlsKey(key), NotBefore = identity.Expires.AddHours(-1) - CertificateTimes.Skew,
    });

    /// <summary>The same key for TLS; its point are the last 65 bytes (RFC 5656 section 3.1).</summary>
    private static byte[] TlsKey(SshPublicKey key)
    {
        const int CoordinateBytes = 32;
        ReadOnlySpan<byte> point = key.Blob.Span[^(2 * CoordinateBytes)..];
        using ECDsa tls = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = point[..CoordinateBytes].ToArray(), Y = point[CoordinateBytes..].ToArray() },
        });
        return tls.ExportSubjectPublicKeyInfo();
    }
}
