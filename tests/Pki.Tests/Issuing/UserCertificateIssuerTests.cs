using System.Security.Cryptography;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Security;
using Teleport.Pki.Issuing;
using Teleport.Ssh.Keys;

namespace Teleport.Pki.Tests.Issuing;

public sealed class UserCertificateIssuerTests : IDisposable
{
    private readonly TestCluster _cluster = new();

    public void Dispose() => _cluster.Dispose();

    [Fact]
    public void Ssh_ReadBySshKeygen_HasTheNamedShape()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("c.pub", _cluster.Issue(_cluster.Alice).Ssh.ToAuthorizedKeysLine() + "\n");
        string text = Tool.Run("ssh-keygen", ["-L", "-f", path], environment: new Dictionary<string, string> { ["TZ"] = "UTC" });
        string[] lines = [.. text.Split('\n').Select(line => line.Trim())];
        Assert.Contains("Key ID: \"alice\"", lines);
        Assert.Contains("Serial: 0", lines);
        Assert.Contains("Valid: from 2030-01-02T03:03:05 to 2030-01-02T15:04:05", lines);
        Assert.Contains("Critical Options: (none)", lines);
        foreach (string expected in (string[])["root", "nobody", "permit-agent-forwarding", "permit-port-forwarding", "permit-pty"])
            Assert.Contains(expected, lines);
        Assert.DoesNotContain("permit-X11-forwarding", lines);
    }

    [Fact]
    public void Ssh_Extensions_AreTheTextsOthersRead()
    {
        SshCertificate certificate = _cluster.Issue(_cluster.Alice with { ActiveRequests = ["id1"] }).Ssh;
        Assert.Equal("""{"version":"v1","roles":["admin","dba"]}""", certificate.GetExtensionString("teleport-roles"));
        Assert.Equal("""{"empty":[],"logins":["root","nobody"]}""", certificate.GetExtensionString("teleport-traits"));
        Assert.Equal("lab.example", certificate.GetExtensionString("teleport-route-to-cluster"));
        Assert.Equal("""{"access_requests":["id1"]}""", certificate.GetExtensionString("teleport-active-requests"));
    }

    [Fact]
    public void Tls_ReadByOpenSsl_HasTheNamedShapeAndVerifies()
    {
        using TemporaryFolder folder = new();
        IssuedUserCertificates issued = _cluster.Issue(_cluster.Alice);
        string path = folder.Write("c.pem", issued.Tls!.ExportCertificatePem());
        string root = folder.Write("ca.pem", _cluster.UserAuthority.Spec.ActiveKeys.Tls[0].Certificate);
        string text = Tool.Run("openssl", ["x509", "-in", path, "-noout", "-text", "-nameopt", "RFC2253"]);
        foreach (string expected in (string[])
            ["CN=alice", "O=admin", "O=dba", "L=root", "L=nobody", "street=lab.example", "postalCode={\\\"empty\\\":[]\\,\\\"logins\\\":[\\\"root\\\"\\,\\\"nobody\\\"]}", "1.3.9999.1.7=",
             "CA:FALSE", "TLS Web Server Authentication, TLS Web Client Authentication", "X509v3 Authority Key Identifier"])
            Assert.Contains(expected, text, StringComparison.Ordinal);
        Assert.DoesNotContain("Alternative Name", text, StringComparison.Ordinal);
        Tool.Run("openssl", ["verify", "-purpose", "sslclient", "-CAfile", root, "-attime", $"{TestCluster.Start.ToUnixTimeSeconds()}", path]);
        Assert.Equal(TestCluster.Start.AddHours(12).UtcDateTime, issued.Tls.NotAfter.ToUniversalTime());
        Assert.Equal(TestCluster.Start.AddSeconds(-60).UtcDateTime, issued.Tls.NotBefore.ToUniversalTime());
    }

    [Fact]
    public void Tls_SerialNumbers_AreRandomAndPositive()
    {
        HashSet<string> serials = [];
        for (int i = 0; i < 50; i++)
        {
            string serial = _cluster.Issue(_cluster.Alice).Tls!.SerialNumber;
            Assert.Equal(32, serial.Length);
            Assert.InRange(Convert.ToByte(serial[..2], 16), 0x40, 0x7f);
            Assert.True(serials.Add(serial));
        }
    }

    [Fact]
    public void H10_NoLogins_GivesAPrincipalNobodyCanUse()
    {
        SshCertificate certificate = _cluster.Issue(_cluster.Alice with { Principals = [] }).Ssh;
        Assert.StartsWith("-teleport-nologin-", Assert.Single(certificate.Principals), StringComparison.Ordinal);
    }

    [Fact]
    public void Usage_OtherThanSsh_LeavesNoLogins()
    {
        IssuedUserCertificates issued = _cluster.Issue(_cluster.Alice with { Usage = "kube" });
        Assert.StartsWith("-teleport-nologin-", Assert.Single(issued.Ssh.Principals), StringComparison.Ordinal);
        Assert.Contains("OU=usage:kube", issued.Tls!.Subject, StringComparison.Ordinal);
    }

    [Fact]
    public void Format_OldSsh_LeavesOurExtensionsOut()
    {
        SshCertificate certificate = UserCertificateIssuer.Issue(_cluster.Users, new UserCertificateRequest
        {
            Identity = _cluster.Alice,
            SshKey = _cluster.Key.PublicKey,
            Format = UserCertificateRequest.OldSshFormat,
            NotBefore = TestCluster.Start,
        }).Ssh;
        Assert.Equal(["permit-agent-forwarding", "permit-port-forwarding", "permit-pty"], certificate.Extensions.Keys.Order());
    }

    [Fact]
    public void H09_AuthorityOfAnotherClusterOrKind_Refuses()
    {
        Assert.Throws<TeleportException>(() => _cluster.Issue(_cluster.Alice with { ClusterName = "other.example" }));
        UserCertificateRequest request = new() { Identity = _cluster.Alice, SshKey = _cluster.Key.PublicKey, NotBefore = TestCluster.Start };
        Assert.Throws<TeleportException>(() => UserCertificateIssuer.Issue(_cluster.Hosts, request));
        Assert.NotNull(UserCertificateIssuer.Issue(_cluster.Users, request));
    }

    [Fact]
    public void H06_WeakOrBrokenTlsKey_IsRefused()
    {
        using RSA weak = RSA.Create(1024);
        byte[] broken = _cluster.TlsPublicKey.ToArray();
        broken[^1] ^= 1; // not on the curve any more
        using ECDiffieHellman odd = ECDiffieHellman.Create(ECCurve.NamedCurves.brainpoolP256r1);
        foreach (byte[] key in (byte[][])[weak.ExportSubjectPublicKeyInfo(), broken, [1, 2, 3], [], [.. _cluster.TlsPublicKey.Span, 0]])
        {
            TeleportException error = Assert.Throws<TeleportException>(() => UserCertificateIssuer.Issue(_cluster.Users, new UserCertificateRequest
            {
                Identity = _cluster.Alice,
                SshKey = _cluster.Key.PublicKey,
                TlsPublicKeyInfo = key,
                NotBefore = TestCluster.Start,
            }));
            Assert.Equal(ErrorCode.Invalid, error.Code);
        }
    }

    [Fact]
    public void H12_EndBeforeBeginning_IsRefused() =>
        Assert.Throws<TeleportException>(() => _cluster.Issue(_cluster.Alice with { Expires = TestCluster.Start.AddHours(-1) }));

    [Fact]
    public void Tls_LongerThanTheAuthority_EndsWithIt()
    {
        UserIdentity eternal = _cluster.Alice with { Expires = TestCluster.Start.AddYears(50) };
        Assert.Equal(_cluster.Users.Tls.NotAfter, _cluster.Issue(eternal).Tls!.NotAfter);
    }
}
