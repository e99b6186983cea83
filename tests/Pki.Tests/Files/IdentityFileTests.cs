using System.Security.Cryptography.X509Certificates;
using Teleport.Abstractions.Errors;
using Teleport.Pki.Files;
using Teleport.Pki.Issuing;
using Teleport.Ssh.Keys;

namespace Teleport.Pki.Tests.Files;

public sealed class IdentityFileTests : IDisposable
{
    private readonly TestCluster _cluster = new();

    public void Dispose() => _cluster.Dispose();

    [Fact]
    public void Format_OfAUser_HasTheNamedOrder()
    {
        string[] marks = [.. File().Format().Split('\n').Where(line => line.Contains(' ', StringComparison.Ordinal) && !line.StartsWith("-----END", StringComparison.Ordinal))
            .Select(line => line.StartsWith('-') ? line : string.Join(' ', line.Split(' ')[..^1]))];
        Assert.Equal(
            ["-----BEGIN PRIVATE KEY-----", "ecdsa-sha2-nistp256-cert-v01@openssh.com", "-----BEGIN CERTIFICATE-----", "-----BEGIN CERTIFICATE-----",
             "@cert-authority *.lab.example ssh-ed25519"],
            marks);
    }

    [Fact]
    public void Load_WhatWasSaved_ProvesTheUser()
    {
        using TemporaryFolder folder = new();
        string path = folder.Path("alice.pem");
        File().Save(path);
        File().Save(path); // replaces
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(path));
        Assert.Single(Directory.GetFiles(folder.Root));

        IdentityFile read = IdentityFile.Load(path);
        using SshPrivateKey key = read.OpenSshKey();
        Assert.NotNull(SshCredential.FromCertificate(key, read.SshCertificate!));
        using X509Certificate2 tls = read.OpenTlsCertificate();
        Assert.True(tls.HasPrivateKey);
        Assert.Equal(_cluster.Hosts.Tls.Thumbprint, Assert.Single(read.OpenTlsAuthorities()).Thumbprint);
        Assert.Equal(new HostAuthorityLine("lab.example", _cluster.Hosts.Ssh.PublicKey), Assert.Single(read.SshAuthorities));
    }

    [Fact]
    public void Parse_TwoKeys_AreForSshAndTls()
    {
        using SshPrivateKey ssh = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        IdentityFile file = File() with { PrivateKey = ssh.ToOpenSshPem(), TlsPrivateKey = _cluster.Key.ToPkcs8Pem(), SshCertificate = null };
        IdentityFile read = IdentityFile.Parse(file.Format());
        using SshPrivateKey readSsh = read.OpenSshKey();
        Assert.Equal(ssh.PublicKey, readSsh.PublicKey);
        using X509Certificate2 tls = read.OpenTlsCertificate();
        Assert.True(tls.HasPrivateKey);
    }

    [Fact]
    public void Parse_TruncatedAnywhere_IsRefusedOrStillSound()
    {
        string text = File().Format();
        for (int length = 0; length < text.Length; length += 7)
        {
            try
            {
                IdentityFile read = IdentityFile.Parse(text[..length]);
                Assert.Contains("PRIVATE KEY", read.PrivateKey, StringComparison.Ordinal);
            }
            catch (TeleportException exception)
            {
                Assert.Equal(ErrorCode.Invalid, exception.Code);
            }
        }
    }

    [Fact]
    public void OpenTlsCertificate_OfAnotherKey_IsRefused()
    {
        using SshPrivateKey other = SshPrivateKey.Generate(SshKeyKind.EcdsaP256);
        Assert.Throws<TeleportException>(() => (File() with { PrivateKey = other.ToPkcs8Pem() }).OpenTlsCertificate());
    }

    [Fact]
    public void Load_MissingFile_SaysSo() =>
        Assert.Equal(ErrorCode.NotFound, Assert.Throws<TeleportException>(() => IdentityFile.Load("/nonexistent/identity")).Code);

    [Fact]
    public void Ssh_WithTheFileAsKey_IsAcceptedBySshKeygen()
    {
        using TemporaryFolder folder = new();
        string path = folder.Path("id");
        File().Save(path);
        Assert.Equal(_cluster.Key.PublicKey.ToAuthorizedKeysLine(), Tool.Run("ssh-keygen", ["-y", "-P", "", "-f", path]).Trim());
    }

    private IdentityFile File()
    {
        IssuedUserCertificates issued = _cluster.Issue(_cluster.Alice);
        return new IdentityFile
        {
            PrivateKey = _cluster.Key.ToPkcs8Pem(),
            SshCertificate = issued.Ssh,
            TlsCertificate = issued.Tls!.ExportCertificatePem(),
            TlsAuthorities = [_cluster.HostAuthority.Spec.ActiveKeys.Tls[0].Certificate],
            SshAuthorities = [new HostAuthorityLine(_cluster.Name, _cluster.Hosts.Ssh.PublicKey)],
        };
    }
}
