using System.Net;
using Microsoft.Extensions.Time.Testing;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Pki.Authorities;
using Teleport.Pki.Issuing;
using Teleport.Ssh.Keys;

namespace Teleport.Agent.Tests;

public sealed class ProxyHeaderTests : IDisposable
{
    private const string Node = "7f1f4a3e-5a0c-4f4e-9f57-0d2b7a5f0001";
    private static readonly IPEndPoint Client = IPEndPoint.Parse("192.0.2.7:51234");

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly CertAuthority _authority;
    private readonly SshPrivateKey _key = SshPrivateKey.Generate(SshKeyKind.Ed25519);

    public ProxyHeaderTests() => _authority = AuthorityFactory.Create(AuthorityType.Host, "lab", null, _time);

    private ProxyHeaderVerifier Verifier => new(
        Node, () => new ClusterSnapshot { ClusterName = "lab", HostAuthorities = TrustedAuthorities.Of([_authority], AuthorityType.Host) }, _time);

    public void Dispose() => _key.Dispose();

    [Fact]
    public async Task Verify_HeaderOfAProxy_GivesTheClient()
    {
        byte[] header = await HeaderAsync(SystemRole.Proxy, _authority, Node);
        int taken = ProxyHeader.TryRead([.. header, .. "SSH-2.0-x"u8], out byte[] content);
        Assert.Equal(header.Length, taken);
        Assert.Equal(Client, Verifier.Verify(content));
    }

    [Fact]
    public async Task H12_HeaderThatWasSeenBefore_IsRefused()
    {
        byte[] header = await HeaderAsync(SystemRole.Proxy, _authority, Node);
        ProxyHeader.TryRead(header, out byte[] content);
        ProxyHeaderVerifier verifier = Verifier;
        verifier.Verify(content);
        Assert.Contains("used before", Assert.Throws<TeleportException>(() => verifier.Verify(content)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SystemRole.Node)]
    [InlineData(SystemRole.App)]
    public async Task H26_HeaderOfAnotherService_IsRefused(SystemRole role) => await RefusedAsync(await HeaderAsync(role, _authority, Node));

    [Fact]
    public async Task H26_HeaderForAnotherNode_IsRefused() => await RefusedAsync(await HeaderAsync(SystemRole.Proxy, _authority, Guid.NewGuid().ToString("D")));

    [Fact]
    public async Task H09_HeaderOfAnotherClustersProxy_IsRefused() =>
        await RefusedAsync(await HeaderAsync(SystemRole.Proxy, AuthorityFactory.Create(AuthorityType.Host, "lab", null, _time), Node));

    [Fact]
    public async Task H12_HeaderOfTenMinutesAgo_IsRefused()
    {
        byte[] header = await HeaderAsync(SystemRole.Proxy, _authority, Node);
        _time.Advance(TimeSpan.FromMinutes(10));
        await RefusedAsync(header);
    }

    [Fact]
    public async Task H26_ChangedClientAddress_IsRefused()
    {
        byte[] header = await HeaderAsync(SystemRole.Proxy, _authority, Node);
        int at = System.Text.Encoding.ASCII.GetString(header).IndexOf("192.0.2.7", StringComparison.Ordinal);
        header[at + 8] = (byte)'8';
        await RefusedAsync(header);
    }

    [Theory]
    [InlineData("", -1)]
    [InlineData("Telep", -1)]
    [InlineData("Teleport-Proxy{", -1)]
    [InlineData("SSH-2.0-OpenSSH", 0)]
    [InlineData("Teleport-Proxx", 0)]
    public void TryRead_Beginning_SaysWhetherMoreIsNeeded(string received, int expected) =>
        Assert.Equal(expected, ProxyHeader.TryRead(System.Text.Encoding.ASCII.GetBytes(received), out _));

    [Fact]
    public void TryRead_HeaderWithoutEnd_IsBounded()
    {
        byte[] endless = [.. "Teleport-Proxy"u8, .. new string('x', ProxyHeader.MaxBytes).Select(static c => (byte)c)];
        Assert.Equal(ErrorCode.Invalid, Assert.Throws<TeleportException>(() => ProxyHeader.TryRead(endless, out _)).Code);
    }

    private async Task<byte[]> HeaderAsync(SystemRole role, CertAuthority authority, string node)
    {
        using AuthoritySigner signer = AuthoritySigner.Load(authority);
        DateTimeOffset now = _time.GetUtcNow();
        IssuedHostCertificates certificates = HostCertificateIssuer.Issue(signer, new HostCertificateRequest
        {
            Identity = new HostIdentity
            {
                HostId = "7f1f4a3e-5a0c-4f4e-9f57-0d2b7a5f0002", ClusterName = "lab", Role = role, Principals = ["proxy"], Expires = now.AddDays(1),
            },
            SshKey = _key.PublicKey,
            NotBefore = now.AddMinutes(-1),
        });
        return await ProxyHeader.WriteAsync(SshCredential.FromCertificate(_key, certificates.Ssh), Client, node, now, TestContext.Current.CancellationToken);
    }

    private Task RefusedAsync(byte[] header)
    {
        Assert.True(ProxyHeader.TryRead(header, out byte[] content) > 0);
        Assert.Throws<TeleportException>(() => Verifier.Verify(content));
        return Task.CompletedTask;
    }
}
