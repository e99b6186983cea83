using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CsCheck;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Security;
using Teleport.Pki.Identities;
using Teleport.Pki.Issuing;
using Teleport.Pki.Names;
using Teleport.Ssh.Keys;

namespace Teleport.Pki.Tests.Identities;

public sealed class IdentityReaderTests : IDisposable
{
    private readonly TestCluster _cluster = new();

    public void Dispose() => _cluster.Dispose();

    [Fact]
    public void User_BothCertificates_SayWhatWasIssued()
    {
        Gen<string> text = Gen.Char[' ', 'ÿ'].Array[1, 12].Select(chars => new string(chars));
        Gen<string[]> texts = text.Array[0, 4].Select(values => values.Distinct().ToArray());
        Gen.Select(text, texts, texts, Gen.Dictionary(text, texts)[0, 3], texts, Gen.Bool).Sample((name, roles, principals, traits, requests, flag) =>
        {
            UserIdentity identity = _cluster.Alice with
            {
                UserName = name,
                Roles = roles,
                Principals = principals.Length == 0 ? ["root"] : principals,
                Traits = traits.ToDictionary(t => t.Key, t => (IReadOnlyList<string>)t.Value),
                ActiveRequests = requests,
                AllowedResources = [.. requests.Select(static id => "/lab.example/node/" + id)],
                MfaVerified = flag ? name : null,
                Impersonator = flag ? name : null,
                DisallowReissue = flag,
                PermitX11Forwarding = flag,
            };
            IssuedUserCertificates issued = _cluster.Issue(identity);
            AssertSame(identity, UserIdentityReader.FromSsh(SshCertificate.FromBlob(issued.Ssh.Blob.Span), _cluster.Name));
            UserIdentity fromTls = UserIdentityReader.FromX509(issued.Tls!);
            AssertSame(identity with { PermitX11Forwarding = false, PermitPortForwarding = false, PermitAgentForwarding = false }, fromTls);
        }, iter: 40);
    }

    [Fact]
    public void User_PinnedAddressAndUsage_AreReadBack()
    {
        UserIdentity identity = _cluster.Alice with { PinnedAddress = "192.0.2.7", Usage = "db" };
        IssuedUserCertificates issued = _cluster.Issue(identity);
        foreach (UserIdentity read in (UserIdentity[])[UserIdentityReader.FromSsh(issued.Ssh), UserIdentityReader.FromX509(issued.Tls!)])
            Assert.Equal(("192.0.2.7", "db"), (read.PinnedAddress, read.Usage));
    }

    [Fact]
    public void User_OldSshFormat_IsRefused()
    {
        SshCertificate certificate = UserCertificateIssuer.Issue(_cluster.Users, new UserCertificateRequest
        {
            Identity = _cluster.Alice,
            SshKey = _cluster.Key.PublicKey,
            Format = UserCertificateRequest.OldSshFormat,
            NotBefore = TestCluster.Start,
        }).Ssh;
        Assert.Contains("oldssh", Refused(() => UserIdentityReader.FromSsh(certificate, _cluster.Name)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("teleport-roles", "{")]
    [InlineData("teleport-roles", """{"version":"v2","roles":[]}""")]
    [InlineData("teleport-roles", """{"version":"v1","roles":["a"],"roles":["b"]}""")]
    [InlineData("teleport-traits", "[]")]
    [InlineData("teleport-traits", """{"logins":["a"],"logins":["b"]}""")]
    [InlineData("teleport-active-requests", "1")]
    public void User_MalformedJson_IsRefused(string extension, string json)
    {
        Dictionary<string, string?> extensions = new() { ["teleport-cluster"] = _cluster.Name, ["teleport-roles"] = """{"version":"v1","roles":["a"]}""" };
        Assert.Equal(["a"], UserIdentityReader.FromSsh(Sign(extensions)).Roles);
        extensions[extension] = json;
        Refused(() => UserIdentityReader.FromSsh(Sign(extensions)));
    }

    [Fact]
    public void User_TraitsWithNullLists_AreReadAsEmpty()
    {
        Dictionary<string, string?> extensions = new()
        {
            ["teleport-cluster"] = _cluster.Name,
            ["teleport-roles"] = """{"version":"v1","roles":["a"]}""",
            ["teleport-traits"] = """{"kubernetes_groups":null,"logins":["root"]}""",
        };
        UserIdentity identity = UserIdentityReader.FromSsh(Sign(extensions));
        Assert.Empty(identity.Traits["kubernetes_groups"]);
        Assert.Equal(["root"], identity.Traits["logins"]);
    }

    [Theory]
    [InlineData("2.5.4.3")]
    [InlineData("2.5.4.9")]
    [InlineData("2.5.4.17")]
    [InlineData("1.3.9999.1.7")]
    [InlineData("1.3.9999.2.7")]
    public void User_SingleValuedAttributeTwice_IsRefused(string oid)
    {
        SubjectNameBuilder once = new SubjectNameBuilder().Add("2.5.4.3", "alice").Add("1.3.9999.1.7", _cluster.Name);
        Assert.Equal("alice", UserIdentityReader.FromX509(SelfSigned(once)).UserName);
        SubjectNameBuilder twice = new SubjectNameBuilder().Add("2.5.4.3", "alice").Add("1.3.9999.1.7", _cluster.Name).Add(oid, "{}").Add(oid, "{}");
        Assert.Contains(oid, Refused(() => UserIdentityReader.FromX509(SelfSigned(twice))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kube")]
    [InlineData("usage:")]
    [InlineData("Usage:kube")]
    public void User_OrganizationalUnitThatIsNoUsage_IsRefused(string unit) =>
        Refused(() => UserIdentityReader.FromX509(
            SelfSigned(new SubjectNameBuilder().Add("2.5.4.3", "alice").Add("1.3.9999.1.7", _cluster.Name).Add("2.5.4.11", unit))));

    [Fact]
    public void Host_BothCertificates_SayWhatWasIssued()
    {
        foreach (SystemRole role in (SystemRole[])[SystemRole.Node, SystemRole.Proxy, SystemRole.Auth, SystemRole.Admin])
        {
            IssuedHostCertificates issued = _cluster.Issue(_cluster.Node with { Role = role });
            foreach (HostIdentity read in (HostIdentity[])[HostIdentityReader.FromSsh(issued.Ssh), HostIdentityReader.FromX509(issued.Tls!, _cluster.Name)])
            {
                Assert.Equal((_cluster.Node.HostId, _cluster.Name, role), (read.HostId, read.ClusterName, read.Role));
                Assert.Equal(_cluster.Node.Expires, read.Expires);
                Assert.Contains("labhost", read.Principals);
            }
        }
    }

    [Theory]
    [InlineData("Superuser")]
    [InlineData("0")]
    [InlineData("node")]
    [InlineData("Node,Proxy")]
    [InlineData("TrustedCluster")]
    public void Host_UnknownRole_IsRefused(string role) => Refused(() => HostIdentityReader.FromX509(
        SelfSigned(new SubjectNameBuilder().Add("2.5.4.10", role).Add("2.5.4.3", "id.lab.example"))));

    [Theory]
    [InlineData("id")]
    [InlineData("id.other.example")]
    [InlineData("a.b.lab.example")]
    [InlineData(".lab.example")]
    public void H09_HostNameOfAnotherCluster_IsRefused(string name) => Refused(() => HostIdentityReader.FromX509(
        SelfSigned(new SubjectNameBuilder().Add("2.5.4.10", "Node").Add("2.5.4.3", name)), "lab.example"));

    private static void AssertSame(UserIdentity expected, UserIdentity actual)
    {
        Assert.Equal(expected.Roles, actual.Roles);
        Assert.Equal(expected.Principals, actual.Principals);
        Assert.Equal(expected.ActiveRequests, actual.ActiveRequests);
        Assert.Equal(expected.AllowedResources, actual.AllowedResources);
        Assert.Equal(expected.Traits.OrderBy(t => t.Key, StringComparer.Ordinal), actual.Traits.OrderBy(t => t.Key, StringComparer.Ordinal));
        Assert.Equal(
            expected with
            {
                Roles = actual.Roles, Principals = actual.Principals, ActiveRequests = actual.ActiveRequests, Traits = actual.Traits,
                AllowedResources = actual.AllowedResources,
            },
            actual);
    }

    private static string Refused(Func<object> read)
    {
        TeleportException error = Assert.Throws<TeleportException>(read);
        Assert.Equal(ErrorCode.Unauthenticated, error.Code);
        return error.Message;
    }

    private SshCertificate Sign(Dictionary<string, string?> extensions) => _cluster.Users.Sign(new SshCertificateRequest
    {
        Key = _cluster.Key.PublicKey,
        Kind = SshCertificateKind.User,
        KeyId = "alice",
        Principals = ["root"],
        ValidAfter = TestCluster.Start,
        ValidBefore = TestCluster.Start.AddHours(1),
        Extensions = extensions,
    });

    private static X509Certificate2 SelfSigned(SubjectNameBuilder subject)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256).CreateSelfSigned(TestCluster.Start, TestCluster.Start.AddDays(1));
    }
}
