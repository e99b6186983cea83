using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Api.Certificates.V1;
using Teleport.Pki.Authorities;
using Teleport.Pki.Issuing;
using Teleport.Ssh.Keys;

namespace Teleport.Auth.Tests.Cluster;

/// <summary>Issues certificates as an attacker would who has some authority's keys, or none of the cluster's.</summary>
internal sealed class Forge(AuthoritySigner users, AuthoritySigner hosts)
{
    /// <summary>With the cluster's own authorities.</summary>
    public static async Task<Forge> OfAsync(AuthCluster cluster)
    {
        ExportAuthoritiesResponse exported = await cluster.Admin.Certificates.ExportAuthoritiesAsync(new ExportAuthoritiesRequest { WithPrivateKeys = true });
        return new Forge(Load(exported, "user", AuthorityType.User), Load(exported, "host", AuthorityType.Host));
    }

    /// <summary>With new authorities that call themselves as they like.</summary>
    public static Forge Stranger(string clusterName) => new(
        AuthoritySigner.Load(AuthorityFactory.Create(AuthorityType.User, clusterName, null, TimeProvider.System)),
        AuthoritySigner.Load(AuthorityFactory.Create(AuthorityType.Host, clusterName, null, TimeProvider.System)));

    public X509Certificate2 Host(
        SystemRole role, string? hostId = null, string clusterName = AuthCluster.Name, TimeSpan? from = null, TimeSpan? until = null)
    {
        HostKeyPair keys = HostKeyPair.Generate();
        using X509Certificate2 issued = HostCertificateIssuer.Issue(hosts, new HostCertificateRequest
        {
            Identity = new HostIdentity
            {
                HostId = hostId ?? Guid.NewGuid().ToString("D"), ClusterName = clusterName, Role = role, Expires = Now + (until ?? TimeSpan.FromHours(1)),
            },
            SshKey = keys.Ssh.PublicKey,
            TlsPublicKeyInfo = keys.TlsPublicKey,
            NotBefore = Now + (from ?? TimeSpan.FromMinutes(-1)),
        }).Tls!;
        return issued.CopyWithPrivateKey(keys.Tls);
    }

    public X509Certificate2 User(string name, Func<UserIdentity, UserIdentity>? change = null, TimeSpan? from = null, TimeSpan? until = null)
    {
        UserKey key = UserKey.Generate();
        var identity = new UserIdentity
        {
            UserName = name, ClusterName = AuthCluster.Name, Roles = ["admin"], Principals = ["root"], Expires = Now + (until ?? TimeSpan.FromHours(1)),
        };
        using X509Certificate2 issued = UserCertificateIssuer.Issue(users, new UserCertificateRequest
        {
            Identity = change?.Invoke(identity) ?? identity,
            SshKey = SshPublicKey.Parse(key.SshLine),
            TlsPublicKeyInfo = key.Key.ExportSubjectPublicKeyInfo(),
            NotBefore = Now + (from ?? TimeSpan.FromMinutes(-1)),
        }).Tls!;
        return issued.CopyWithPrivateKey(key.Key);
    }

    /// <summary>A certificate whose content says host, signed by the user authority.</summary>
    public X509Certificate2 HostByUserAuthority(SystemRole role)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Raw(users, key, $"CN={Guid.NewGuid():D}.{AuthCluster.Name}, O={role}", "1.3.6.1.5.5.7.3.2");
    }

    /// <summary>A user's certificate that is good for servers only.</summary>
    public X509Certificate2 WrongUsage()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Raw(hosts, key, $"CN={Guid.NewGuid():D}.{AuthCluster.Name}, O={SystemRole.Admin}", "1.3.6.1.5.5.7.3.1");
    }

    /// <summary>The host authority's own certificate, with its key.</summary>
    public X509Certificate2 Authority => hosts.Tls;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private static X509Certificate2 Raw(AuthoritySigner authority, ECDsa key, string subject, string usage)
    {
        var request = new CertificateRequest(new X500DistinguishedName(subject), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        using X509Certificate2 issued = request.Create(authority.Tls, Now.AddMinutes(-1), Now.AddHours(1), RandomNumberGenerator.GetBytes(16));
        using X509Certificate2 withKey = issued.CopyWithPrivateKey(key);
        // A key that outlives the one that made it.
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }

    private static AuthoritySigner Load(ExportAuthoritiesResponse exported, string name, AuthorityType type)
    {
        ExportedAuthority authority = exported.Authorities.Single(a => a.Type == name);
        return AuthoritySigner.Load(new CertAuthority
        {
            Spec = new CertAuthoritySpec
            {
                Type = type,
                ClusterName = authority.ClusterName,
                ActiveKeys = new AuthorityKeySet
                {
                    Ssh = [new SshAuthorityKey { PublicKey = authority.SshKeys[0], PrivateKey = authority.SshPrivateKeys[0] }],
                    Tls = [new TlsAuthorityKey { Certificate = authority.TlsCertificates[0], PrivateKey = authority.TlsPrivateKeys[0] }],
                },
            },
        });
    }
}
