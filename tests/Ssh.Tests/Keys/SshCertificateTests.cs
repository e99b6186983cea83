using CsCheck;
using Teleport.Ssh.Keys;

namespace Teleport.Ssh.Tests.Keys;

public sealed class SshCertificateTests
{
    private static readonly DateTimeOffset Start = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Theory]
    [MemberData(nameof(SshPrivateKeyTests.Kinds), MemberType = typeof(SshPrivateKeyTests))]
    public void Sign_ReadBySshKeygen_SaysTheSame(SshKeyKind kind)
    {
        using TemporaryFolder folder = new();
        using SshPrivateKey key = SshPrivateKey.Generate(kind, 2048);
        using SshPrivateKey authority = SshPrivateKey.Generate(kind, 2048);
        SshCertificate certificate = Request(key).Sign(authority);
        Assert.True(certificate.VerifySignature());

        string path = folder.Write("key-cert.pub", certificate.ToAuthorizedKeysLine("x") + "\n");
        string text = Tool.Run("ssh-keygen", ["-L", "-f", path], environment: new Dictionary<string, string> { ["TZ"] = "UTC" });
        Assert.Contains($"Type: {certificate.Type} user certificate", text, StringComparison.Ordinal);
        Assert.Contains(key.PublicKey.Fingerprint, text, StringComparison.Ordinal);
        Assert.Contains($"{authority.PublicKey.Fingerprint} (using {authority.PublicKey.SignatureAlgorithms[0]})", text, StringComparison.Ordinal);
        Assert.Contains("Key ID: \"alice\"", text, StringComparison.Ordinal);
        Assert.Contains("Serial: 42", text, StringComparison.Ordinal);
        Assert.Contains("Valid: from 2030-01-02T03:04:05 to 2030-01-02T04:04:05", text, StringComparison.Ordinal);
        string[] lines = [.. text.Split('\n').Select(line => line.Trim())];
        Assert.Equal(["Principals:", "root", "nobody", "Critical Options:", "source-address 192.0.2.0/24", "Extensions:", "permit-agent-forwarding", "permit-pty"],
            lines.SkipWhile(line => line != "Principals:").Take(8));
        Assert.Contains(lines, line => line.StartsWith("teleport-roles UNKNOWN OPTION", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("ed25519", "ed25519", "ssh-ed25519")]
    [InlineData("ecdsa", "ecdsa", "ecdsa-sha2-nistp256")]
    [InlineData("ed25519", "rsa", "rsa-sha2-512")]
    [InlineData("rsa", "ed25519", "ssh-ed25519")]
    public void Parse_SignedBySshKeygen_IsReadAndVerifies(string keyType, string authorityType, string algorithm)
    {
        using TemporaryFolder folder = new();
        Tool.Run("ssh-keygen", ["-q", "-t", keyType, "-N", "", "-f", folder.Path("key")]);
        Tool.Run("ssh-keygen", ["-q", "-t", authorityType, "-N", "", "-f", folder.Path("ca")]);
        Tool.Run("ssh-keygen",
            ["-q", "-s", folder.Path("ca"), "-I", "an id", "-n", "a,b", "-z", "7", "-V", "20300101000000Z:20300102000000Z", "-O", "no-x11-forwarding",
             "-O", "force-command=true", "-O", "extension:x@y=value", folder.Path("key.pub")]);

        SshCertificate certificate = SshCertificate.Parse(File.ReadAllText(folder.Path("key-cert.pub")));
        Assert.Equal(SshPublicKey.Parse(File.ReadAllText(folder.Path("key.pub"))), certificate.Key);
        Assert.Equal(SshPublicKey.Parse(File.ReadAllText(folder.Path("ca.pub"))), certificate.SignatureKey);
        Assert.Equal(algorithm, certificate.SignatureAlgorithm);
        Assert.True(certificate.VerifySignature());
        Assert.False(certificate.VerifySignature(["ecdsa-sha2-nistp521"]));
        Assert.Equal("an id", certificate.KeyId);
        Assert.Equal(["a", "b"], certificate.Principals);
        Assert.Equal(7UL, certificate.Serial);
        Assert.Equal(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero), certificate.ValidAfter);
        Assert.Equal(new DateTimeOffset(2030, 1, 2, 0, 0, 0, TimeSpan.Zero), certificate.ValidBefore);
        Assert.Equal("true", certificate.GetCriticalOptionString("force-command"));
        Assert.Equal("value", certificate.GetExtensionString("x@y"));
        Assert.Null(certificate.GetExtensionString("permit-X11-forwarding"));
        Assert.Empty(certificate.Extensions["permit-pty"]);
    }

    [Fact]
    public void Parse_HostCertificateWithoutEnd_HasNoBounds()
    {
        using TemporaryFolder folder = new();
        Tool.Run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", folder.Path("key")]);
        Tool.Run("ssh-keygen", ["-q", "-h", "-s", folder.Path("key"), "-I", "", "-n", "h.example", folder.Path("key.pub")]);
        SshCertificate certificate = SshCertificate.Parse(File.ReadAllText(folder.Path("key-cert.pub")));
        Assert.Equal(SshCertificateKind.Host, certificate.Kind);
        Assert.Null(certificate.ValidAfter);
        Assert.Null(certificate.ValidBefore);
        Assert.True(certificate.IsValidAt(DateTimeOffset.MaxValue));
    }

    [Fact]
    public void FromBlob_WhatWasSigned_IsReadBack()
    {
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        Gen<string> text = Gen.Char[' ', 'ÿ'].Array[0, 20].Select(chars => new string(chars));
        Gen.Select(Gen.ULong, text, text.Array[0, 10], Gen.Dictionary(text, text)[0, 8]).Sample((serial, id, principals, options) =>
        {
            SshCertificateRequest request = Request(key) with
            {
                Serial = serial,
                KeyId = id,
                Principals = principals,
                Extensions = options.ToDictionary(o => o.Key, o => o.Value.Length == 0 ? null : o.Value),
            };
            SshCertificate certificate = SshCertificate.FromBlob(request.Sign(key).Blob.Span);
            Assert.True(certificate.VerifySignature());
            Assert.Equal((serial, id), (certificate.Serial, certificate.KeyId));
            Assert.Equal(principals, certificate.Principals);
            Assert.Equal(options.Count, certificate.Extensions.Count);
            foreach ((string name, string value) in options)
                Assert.Equal(value, value.Length == 0 ? "" : certificate.GetExtensionString(name));
        });
    }

    [Fact]
    public void FromBlob_TruncatedOrDamaged_IsRefusedOrDoesNotVerify()
    {
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        byte[] blob = Request(key).Sign(key).Blob.ToArray();
        for (int i = 0; i < blob.Length; i++)
        {
            Assert.ThrowsAny<SshException>(() => SshCertificate.FromBlob(blob.AsSpan(0, i)));
            byte[] damaged = [.. blob];
            damaged[i] ^= 0x10;
            try
            {
                Assert.False(SshCertificate.FromBlob(damaged).VerifySignature(), $"verifies with byte {i} damaged");
            }
            catch (SshException)
            {
                continue; // refused at once
            }
        }

        Assert.Throws<SshProtocolException>(() => SshCertificate.FromBlob([.. blob, 0]));
    }

    [Fact]
    public void FromBlob_OptionTwiceOrOutOfOrder_IsRefused()
    {
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        byte[] blob = (Request(key) with { Extensions = new Dictionary<string, string?> { ["aa"] = null, ["bb"] = null } }).Sign(key).Blob.ToArray();
        byte[] twice = Replace(blob, "bb"u8, "aa"u8);
        byte[] unordered = Replace(blob, "aa"u8, "cc"u8);
        Assert.Throws<SshProtocolException>(() => SshCertificate.FromBlob(twice));
        Assert.Throws<SshProtocolException>(() => SshCertificate.FromBlob(unordered));
        Assert.NotNull(SshCertificate.FromBlob(blob));
    }

    [Fact]
    public void H08_NestedCertificate_IsRefused()
    {
        using SshPrivateKey authority = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        using SshPrivateKey middle = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        using SshPrivateKey attacker = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        SshCertificate middleCertificate = Request(middle).Sign(authority);
        SshCertificate genuine = Request(attacker).Sign(middle);

        // The same certificate, with the certificate of the signing key in place of the key; correctly signed.
        byte[] plainKey = [0, 0, 0, (byte)middle.PublicKey.Blob.Length, .. middle.PublicKey.Blob.Span];
        int at = genuine.Blob.Span.IndexOf(plainKey);
        byte[] nested = BlobBuilder.Build((ref SshWriter writer) =>
        {
            writer.WriteRaw(genuine.Blob.Span[..at]);
            writer.WriteBinary(middleCertificate.Blob.Span);
        });
        nested = [.. nested, .. BlobBuilder.Build((ref SshWriter writer) => writer.WriteBinary(middle.Sign("ssh-ed25519", nested)))];

        SshKeyException error = Assert.Throws<SshKeyException>(() => SshCertificate.FromBlob(nested));
        Assert.Contains("certificate", error.Message, StringComparison.Ordinal);
        Assert.True(SshCertificate.FromBlob(genuine.Blob.Span).VerifySignature());
    }

    [Fact]
    public void H08_SignatureOfAnotherBody_DoesNotVerify()
    {
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        byte[] one = Request(key).Sign(key).Blob.ToArray();
        byte[] other = (Request(key) with { KeyId = "mallo" }).Sign(key).Blob.ToArray();
        const int SignatureField = 4 + 4 + 11 + 4 + 64;
        byte[] mixed = [.. one[..^SignatureField], .. other[^SignatureField..]];
        Assert.False(SshCertificate.FromBlob(mixed).VerifySignature());
        Assert.True(SshCertificate.FromBlob(one).VerifySignature());
    }

    [Fact]
    public void H08_PlainKeyReader_RefusesCertificates()
    {
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        SshCertificate certificate = Request(key).Sign(key);
        Assert.Throws<SshKeyException>(() => SshPublicKey.FromBlob(certificate.Blob.Span));
        Assert.Throws<SshKeyException>(() => SshPublicKey.Parse(certificate.ToAuthorizedKeysLine()));
    }

    [Fact]
    public void H06_CertificateSignedWithSha1_IsRefused()
    {
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Rsa, 2048);
        byte[] blob = Request(key).Sign(key, "rsa-sha2-256").Blob.ToArray();
        byte[] sha1 = Replace(blob, "rsa-sha2-256"u8, "ssh-rsa\0\0\0\0\0"u8);
        Assert.False(SshCertificate.FromBlob(sha1).VerifySignature());
        Assert.Throws<SshKeyException>(() => Request(key).Sign(key, "ssh-rsa"));
    }

    [Fact]
    public void FromBlob_TooManyPrincipals_IsRefused()
    {
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        SshCertificateRequest request = Request(key) with { Principals = [.. Enumerable.Range(0, 256).Select(i => $"u{i}")] };
        Assert.Equal(256, SshCertificate.FromBlob(request.Sign(key).Blob.Span).Principals.Count);
        Assert.Throws<ArgumentException>(() => (request with { Principals = [.. request.Principals, "one more"] }).Sign(key));
    }

    [Fact]
    public void Credential_CertificateOfAnotherKey_IsRefused()
    {
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        using SshPrivateKey other = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        Assert.Throws<SshKeyException>(() => SshCredential.FromCertificate(other, Request(key).Sign(key)));
        Assert.NotNull(SshCredential.FromCertificate(key, Request(key).Sign(other)).Certificate);
    }

    [Fact]
    public void PublicKeyAlgorithms_OfAnRsaCertificate_PairNamesWithSignatures()
    {
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Rsa, 2048);
        Assert.Equal(
            [("rsa-sha2-512-cert-v01@openssh.com", "rsa-sha2-512"), ("rsa-sha2-256-cert-v01@openssh.com", "rsa-sha2-256")],
            Request(key).Sign(key).PublicKeyAlgorithms);
    }

    internal static SshCertificateRequest Request(SshPrivateKey key) => new()
    {
        Key = key.PublicKey,
        Serial = 42,
        Kind = SshCertificateKind.User,
        KeyId = "alice",
        Principals = ["root", "nobody"],
        ValidAfter = Start,
        ValidBefore = Start.AddHours(1),
        CriticalOptions = new Dictionary<string, string?> { ["source-address"] = "192.0.2.0/24" },
        Extensions = new Dictionary<string, string?> { ["permit-pty"] = null, ["teleport-roles"] = "{}", ["permit-agent-forwarding"] = null },
    };

    private static byte[] Replace(byte[] bytes, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        byte[] copy = [.. bytes];
        to.CopyTo(copy.AsSpan(copy.AsSpan().LastIndexOf(from)));
        return copy;
    }
}
