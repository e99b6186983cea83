using Teleport.Abstractions.Errors;
using Teleport.Pki.Issuing;
using Teleport.Ssh.Keys;

namespace Teleport.Pki.Tests.Issuing;

public sealed class HostCertificateIssuerTests : IDisposable
{
    private readonly TestCluster _cluster = new();

    public void Dispose() => _cluster.Dispose();

    [Fact]
    public void Ssh_Principals_BeginWithTheHostId()
    {
        SshCertificate certificate = _cluster.Issue(_cluster.Node).Ssh;
        string id = _cluster.Node.HostId;
        Assert.Equal([$"{id}.lab.example", id, "labhost", "127.0.0.1"], certificate.Principals);
        Assert.Equal(SshCertificateKind.Host, certificate.Kind);
        Assert.Equal("Node", certificate.GetExtensionString("x-teleport-role"));
        Assert.Equal("lab.example", certificate.GetExtensionString("x-teleport-authority"));
        Assert.Empty(certificate.CriticalOptions);
    }

    [Fact]
    public void Tls_ReadByOpenSsl_HasTheNamedShapeAndVerifiesForItsNames()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("c.pem", _cluster.Issue(_cluster.Node).Tls!.ExportCertificatePem());
        string root = folder.Write("ca.pem", _cluster.HostAuthority.Spec.ActiveKeys.Tls[0].Certificate);
        string text = Tool.Run("openssl", ["x509", "-in", path, "-noout", "-subject", "-ext", "subjectAltName"]);
        Assert.Contains($"O = Node, CN = {_cluster.Node.HostId}.lab.example", text, StringComparison.Ordinal);
        Assert.Contains("DNS:labhost, DNS:x.teleport.cluster.local, IP Address:127.0.0.1", text, StringComparison.Ordinal);
        string time = $"{TestCluster.Start.ToUnixTimeSeconds()}";
        Tool.Run("openssl", ["verify", "-purpose", "sslserver", "-verify_hostname", "labhost", "-CAfile", root, "-attime", time, path]);
        Assert.NotEqual(0, Tool.TryRun("openssl", ["verify", "-verify_hostname", "other", "-CAfile", root, "-attime", time, path]).Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a.b")]
    public void HostId_EmptyOrWithDot_IsRefused(string id) =>
        Assert.Throws<TeleportException>(() => _cluster.Issue(_cluster.Node with { HostId = id }));

    [Fact]
    public void ForNames_ExactlyThose_AndNeverNone()
    {
        SshCertificate certificate = HostCertificateIssuer.IssueForNames(
            _cluster.Hosts, _cluster.Key.PublicKey, ["foo.example"], TestCluster.Start, TestCluster.Start.AddDays(1));
        Assert.Equal(["foo.example"], certificate.Principals);
        Assert.Throws<TeleportException>(() => HostCertificateIssuer.IssueForNames(
            _cluster.Hosts, _cluster.Key.PublicKey, [], TestCluster.Start, TestCluster.Start.AddDays(1)));
    }
}
