using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Pki.Authorities;
using Teleport.Pki.Identities;
using Teleport.Pki.Issuing;
using Teleport.Pki.Names;
using Teleport.Ssh.Keys;

namespace Teleport.Pki.Tests.Identities;

public sealed class VerifierTests : IDisposable
{
    private readonly TestCluster _cluster = new();
    private readonly TestCluster _other = new("other.example");

    public void Dispose()
    {
        _cluster.Dispose();
        _other.Dispose();
    }

    private UserSshCertificateVerifier Users => new(_cluster.Trusted(AuthorityType.User), _cluster.Time);

    private HostSshCertificateVerifier Hosts => new(_cluster.Trusted(AuthorityType.Host), _cluster.Time);

    private TlsCertificateVerifier Tls => new(_cluster.Trusted(AuthorityType.User), _cluster.Trusted(AuthorityType.Host), _cluster.Time);

    [Fact]
    public void Ssh_GoodUser_GivesTheIdentity()
    {
        UserIdentity identity = Users.Verify(_cluster.Issue(_cluster.Alice).Ssh, "root", IPAddress.Loopback);
        Assert.Equal(("alice", "lab.example"), (identity.UserName, identity.ClusterName));
        Refused(() => Users.Verify(_cluster.Issue(_cluster.Alice).Ssh, "bin", IPAddress.Loopback));
    }

    [Fact]
    public void H09_Ssh_WrongKindOrAuthority_IsRefused()
    {
        SshCertificate user = _cluster.Issue(_cluster.Alice).Ssh;
        SshCertificate host = _cluster.Issue(_cluster.Node).Ssh;
        Refused(() => Users.Verify(host, null, null));
        Refused(() => Hosts.Verify(user, null));
        Refused(() => Users.Verify(_other.Issue(_other.Alice).Ssh, null, null));
        Assert.Equal(SystemRole.Node, Hosts.Verify(host, "labhost").Role);
        Refused(() => Hosts.Verify(host, "other"));

        // A user certificate with all the right words, signed by the host authority.
        Refused(() => Users.Verify(SignUser(_cluster.Hosts, _cluster.Name), null, null));
        Assert.NotNull(Users.Verify(SignUser(_cluster.Users, _cluster.Name), null, null));
    }

    [Fact]
    public void H09_Ssh_IdentityNamesAnotherCluster_IsRefused()
    {
        TrustedAuthorities both = TrustedAuthorities.Of([_cluster.UserAuthority, _other.UserAuthority], AuthorityType.User);
        UserSshCertificateVerifier verifier = new(both, _cluster.Time);
        Refused(() => verifier.Verify(SignUser(_other.Users, "lab.example"), null, null));
        Assert.Equal("other.example", verifier.Verify(SignUser(_other.Users, "other.example"), null, null).ClusterName);
    }

    [Fact]
    public void H09_Tls_IdentityNamesAnotherCluster_IsRefused()
    {
        TrustedAuthorities users = TrustedAuthorities.Of([_cluster.UserAuthority, _other.UserAuthority], AuthorityType.User);
        TlsCertificateVerifier verifier = new(users, _cluster.Trusted(AuthorityType.Host), _cluster.Time);
        Refused(() => verifier.Verify(SignTls(_other.Users, UserSubject("lab.example"))));
        Assert.Equal("other.example", verifier.Verify(SignTls(_other.Users, UserSubject("other.example"))).User!.ClusterName);
    }

    [Fact]
    public void H09_Tls_KindIsDecidedByTheAuthority_NotByTheContent()
    {
        Assert.Equal("alice", Tls.Verify(_cluster.Issue(_cluster.Alice).Tls!).User!.UserName);
        Caller node = Tls.Verify(_cluster.Issue(_cluster.Node).Tls!);
        Assert.Equal(SystemRole.Node, node.Host!.Role);
        Assert.Null(node.User);

        // The host authority signs what looks like a user, and the reverse.
        Refused(() => Tls.Verify(SignTls(_cluster.Hosts, UserSubject(_cluster.Name))));
        Caller pretender = Tls.Verify(SignTls(_cluster.Users, new SubjectNameBuilder()
            .Add("2.5.4.10", "Admin").Add("2.5.4.3", $"{_cluster.Node.HostId}.lab.example")));
        Assert.Null(pretender.Host); // a user with an odd name, whose "Admin" is at most a role of users
    }

    [Fact]
    public void H08_Tls_LeafAsAuthority_IsRefused()
    {
        using ECDsa leafKey = (ECDsa)_cluster.Key.ToAsymmetricAlgorithm()!;
        using X509Certificate2 leaf = _cluster.Issue(_cluster.Alice).Tls!.CopyWithPrivateKey(leafKey);
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(UserSubject(_cluster.Name).Build(), key, HashAlgorithmName.SHA256);
        X509SignatureGenerator generator = X509SignatureGenerator.CreateForECDsa(leafKey);
        using X509Certificate2 nested = request.Create(leaf.SubjectName, generator, TestCluster.Start, TestCluster.Start.AddHours(1), [1]);
        Refused(() => Tls.Verify(nested));
    }

    [Fact]
    public void H08_Tls_SelfSignedOrTheAuthorityItself_IsRefused()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(UserSubject(_cluster.Name).Build(), key, HashAlgorithmName.SHA256);
        using X509Certificate2 selfSigned = request.CreateSelfSigned(TestCluster.Start, TestCluster.Start.AddHours(1));
        Refused(() => Tls.Verify(selfSigned));
        Refused(() => Tls.Verify(_cluster.TlsRootOf(AuthorityType.User)));

        // The same names as the authority's, another key.
        CertificateRequest twin = new(_cluster.Users.Tls.SubjectName, key, HashAlgorithmName.SHA256);
        twin.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using X509Certificate2 twinRoot = twin.CreateSelfSigned(TestCluster.Start, TestCluster.Start.AddYears(1));
        X509SignatureGenerator generator = X509SignatureGenerator.CreateForECDsa(key);
        using X509Certificate2 forged = request.Create(twinRoot.SubjectName, generator, TestCluster.Start, TestCluster.Start.AddHours(1), [1]);
        Refused(() => Tls.Verify(forged));
    }

    [Fact]
    public void H12_ExpiredOrNotYetValid_IsRefused()
    {
        IssuedUserCertificates issued = _cluster.Issue(_cluster.Alice);
        Assert.NotNull(Tls.Verify(issued.Tls!));
        _cluster.Time.Advance(TimeSpan.FromHours(13));
        Refused(() => Tls.Verify(issued.Tls!));
        Refused(() => Users.Verify(issued.Ssh, "root", null));

        IssuedUserCertificates early = UserCertificateIssuer.Issue(_cluster.Users, new UserCertificateRequest
        {
            Identity = _cluster.Alice with { Expires = TestCluster.Start.AddDays(9) },
            SshKey = _cluster.Key.PublicKey,
            TlsPublicKeyInfo = _cluster.TlsPublicKey,
            NotBefore = TestCluster.Start.AddDays(8),
        });
        Refused(() => Tls.Verify(early.Tls!));
        Refused(() => Users.Verify(early.Ssh, "root", null));
    }

    [Fact]
    public void H11_PinnedAddress_IsEnforcedOverSsh()
    {
        SshCertificate certificate = _cluster.Issue(_cluster.Alice with { PinnedAddress = "192.0.2.7" }).Ssh;
        Assert.NotNull(Users.Verify(certificate, "root", IPAddress.Parse("::ffff:192.0.2.7")));
        Refused(() => Users.Verify(certificate, "root", IPAddress.Parse("192.0.2.8")));
        Refused(() => Users.Verify(certificate, "root", null));
    }

    [Fact]
    public void CheckName_OpenSshHostOfTheCluster_IsAcceptedForItsNameOnly()
    {
        SshCertificate certificate = HostCertificateIssuer.IssueForNames(
            _cluster.Hosts, _cluster.Key.PublicKey, ["foo.example"], TestCluster.Start, TestCluster.Start.AddDays(1));
        Hosts.CheckName(certificate, "foo.example");
        Refused(() => { Hosts.CheckName(certificate, "bar.example"); return 0; });
        Refused(() => Hosts.Verify(certificate, "foo.example")); // no joined service
    }

    private static SubjectNameBuilder UserSubject(string cluster) => new SubjectNameBuilder()
        .Add("2.5.4.10", "admin").Add("2.5.4.3", "mallory").Add("1.3.9999.1.7", cluster);

    private SshCertificate SignUser(AuthoritySigner authority, string cluster) => authority.Sign(new SshCertificateRequest
    {
        Key = _cluster.Key.PublicKey,
        Kind = SshCertificateKind.User,
        KeyId = "mallory",
        Principals = ["root"],
        ValidAfter = TestCluster.Start,
        ValidBefore = TestCluster.Start.AddHours(1),
        Extensions = new Dictionary<string, string?>
        {
            ["teleport-cluster"] = cluster,
            ["teleport-roles"] = """{"version":"v1","roles":["admin"]}""",
        },
    });

    private X509Certificate2 SignTls(AuthoritySigner authority, SubjectNameBuilder subject) =>
        new TlsCertificateTemplate(subject.Build(), _cluster.TlsPublicKey).Issue(authority, TestCluster.Start, TestCluster.Start.AddHours(1));

    private static void Refused<T>(Func<T> verify) =>
        Assert.Equal(ErrorCode.Unauthenticated, Assert.Throws<TeleportException>(() => { _ = verify(); }).Code);
}
