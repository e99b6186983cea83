using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Time.Testing;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Pki.Authorities;
using Teleport.Ssh.Keys;

namespace Teleport.Pki.Tests.Authorities;

public sealed class AuthorityTests
{
    private static readonly FakeTimeProvider Time = new(TestCluster.Start);

    [Theory]
    [InlineData(null, "ssh-ed25519", "ssh-ed25519")]
    [InlineData("rsa-sha2-512", "ssh-rsa", "rsa-sha2-512")]
    [InlineData("rsa-sha2-256", "ssh-rsa", "rsa-sha2-256")]
    [InlineData("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256")]
    public void Create_ByAlgorithm_SignsWithIt(string? setting, string keyType, string algorithm)
    {
        using TestCluster cluster = new(algorithm: setting);
        Assert.Equal(keyType, cluster.Users.Ssh.PublicKey.Type);
        SshCertificate certificate = cluster.Issue(cluster.Alice).Ssh;
        Assert.Equal(algorithm, certificate.SignatureAlgorithm);
        Assert.True(certificate.VerifySignature());
    }

    [Theory]
    [InlineData("ssh-rsa", "SHA-1")]
    [InlineData("md5", "Known are")]
    public void Create_InsecureOrUnknownAlgorithm_IsRefused(string setting, string reason) =>
        Assert.Contains(
            reason,
            Assert.Throws<TeleportException>(() => AuthorityFactory.Create(AuthorityType.User, "c", setting, Time)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Create_ResourceWrittenAndRead_StillSigns()
    {
        CertAuthority authority = AuthorityFactory.Create(AuthorityType.Host, "lab.example", null, Time);
        CertAuthority read = (CertAuthority)ResourceJson.Deserialize(ResourceKinds.CertAuthority, ResourceJson.Serialize(authority));
        using AuthoritySigner signer = AuthoritySigner.Load(read);
        Assert.Equal(authority.Spec.ActiveKeys.Ssh[0].PublicKey, signer.Ssh.PublicKey.ToAuthorizedKeysLine());
        Assert.True(signer.Tls.HasPrivateKey);
    }

    [Fact]
    public void Load_WithoutPrivateKeys_SaysWho()
    {
        CertAuthority authority = AuthorityFactory.Create(AuthorityType.Host, "lab.example", null, Time);
        CertAuthoritySpec spec = authority.Spec;
        AuthorityKeySet keys = new()
        {
            Ssh = [spec.ActiveKeys.Ssh[0] with { PrivateKey = null }],
            Tls = [spec.ActiveKeys.Tls[0] with { PrivateKey = null }],
        };
        TeleportException error = Assert.Throws<TeleportException>(() => AuthoritySigner.Load(authority with { Spec = spec with { ActiveKeys = keys } }));
        Assert.Contains("lab.example", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Certificate_OfAnAuthority_HasTheNamedShape()
    {
        using TestCluster cluster = new();
        using TemporaryFolder folder = new();
        string path = folder.Write("ca.pem", cluster.UserAuthority.Spec.ActiveKeys.Tls[0].Certificate);
        string text = Tool.Run("openssl", ["x509", "-in", path, "-noout", "-text"]);
        Assert.Contains("Subject: O = lab.example, CN = lab.example, serialNumber = ", text, StringComparison.Ordinal);
        Assert.Contains("CA:TRUE, pathlen:0", text, StringComparison.Ordinal);
        Assert.Contains("Certificate Sign", text, StringComparison.Ordinal);
        Assert.Contains("prime256v1", text, StringComparison.Ordinal);
        Tool.Run("openssl", ["verify", "-CAfile", path, "-attime", $"{TestCluster.Start.ToUnixTimeSeconds()}", path]);
    }

    [Fact]
    public void CaPin_ComparedWithOpenSsl_IsTheSame()
    {
        using TestCluster cluster = new();
        using TemporaryFolder folder = new();
        string path = folder.Write("ca.pem", cluster.HostAuthority.Spec.ActiveKeys.Tls[0].Certificate);
        string hash = Tool.Run(
            "sh", ["-c", $"openssl x509 -in '{path}' -noout -pubkey | openssl pkey -pubin -outform DER | openssl dgst -sha256 -r"]).Split(' ')[0];
        Assert.Equal("sha256:" + hash, CaPin.Of(cluster.Hosts.Tls));
    }

    [Fact]
    public void CaPin_Matches_OnlyTheRightKey()
    {
        using TestCluster cluster = new();
        string right = CaPin.Of(cluster.Hosts.Tls);
        string wrong = CaPin.Of(cluster.Users.Tls);
        Assert.True(CaPin.Matches(cluster.Hosts.Tls, wrong, right.ToUpperInvariant()));
        Assert.False(CaPin.Matches(cluster.Hosts.Tls, wrong));
        Assert.False(CaPin.Matches(cluster.Hosts.Tls));
        Assert.Throws<TeleportException>(() => CaPin.Matches(cluster.Hosts.Tls, right, "sha256:12"));
    }

    [Fact]
    public void TrustedAuthorities_DuringRotation_HoldOldAndNewKeys()
    {
        using TestCluster cluster = new();
        AuthorityKeySet next = AuthorityFactory.CreateKeys(AuthorityType.User, cluster.Name, null, Time);
        CertAuthority rotating = cluster.UserAuthority with { Spec = cluster.UserAuthority.Spec with { AdditionalTrustedKeys = next } };
        TrustedAuthorities trusted = TrustedAuthorities.Of([rotating, cluster.HostAuthority], AuthorityType.User);
        Assert.Equal(2, trusted.SshKeys.Count);
        Assert.Equal(2, trusted.TlsRoots.Count);
        Assert.All(trusted.SshKeys, key => Assert.Equal(cluster.Name, trusted.FindCluster(key)));
        Assert.Null(trusted.FindCluster(cluster.Hosts.Ssh.PublicKey));
        Assert.Null(trusted.FindCluster(cluster.Hosts.Tls));
        using X509Certificate2 nextRoot = X509Certificate2.CreateFromPem(next.Tls[0].Certificate);
        Assert.Equal(cluster.Name, trusted.FindCluster(nextRoot));
    }

    [Fact]
    public void H09_OneKeyForTwoClusters_IsRefused()
    {
        using TestCluster cluster = new();
        CertAuthority thief = cluster.UserAuthority with { Spec = cluster.UserAuthority.Spec with { ClusterName = "evil.example" } };
        Assert.Throws<TeleportException>(() => TrustedAuthorities.Of([cluster.UserAuthority, thief], AuthorityType.User));
    }
}
