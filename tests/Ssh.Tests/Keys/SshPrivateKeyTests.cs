using System.Security.Cryptography;
using System.Text;
using Teleport.Ssh.Keys;
using Teleport.Ssh.Keys.Algorithms;

namespace Teleport.Ssh.Tests.Keys;

public sealed class SshPrivateKeyTests
{
    private static readonly byte[] Data = Encoding.UTF8.GetBytes("what is signed");

    public static TheoryData<SshKeyKind> Kinds => [.. Enum.GetValues<SshKeyKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Sign_ByEachAlgorithm_VerifiesAndOnlyForThatData(SshKeyKind kind)
    {
        using SshPrivateKey key = SshPrivateKey.Generate(kind, rsaBits: 2048);
        foreach (string algorithm in key.PublicKey.SignatureAlgorithms)
        {
            byte[] signature = key.Sign(algorithm, Data);
            SshPublicKey publicKey = SshPublicKey.FromBlob(key.PublicKey.Blob.Span);
            Assert.True(publicKey.Verify(algorithm, Data, signature));
            Assert.False(publicKey.Verify(algorithm, Data.AsSpan(1), signature));
            for (int i = 0; i < signature.Length; i++)
                Assert.False(publicKey.Verify(algorithm, Data, signature.AsSpan(0, i)));

            signature[^1] ^= 1;
            Assert.False(publicKey.Verify(algorithm, Data, signature));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Parse_EveryFormWeWrite_GivesTheSameKey(SshKeyKind kind)
    {
        using SshPrivateKey key = SshPrivateKey.Generate(kind, rsaBits: 2048);
        foreach (string pem in (string[])[key.ToOpenSshPem(), key.ToOpenSshPem("a comment", "secret"), key.ToPkcs8Pem()])
        {
            using SshPrivateKey read = SshPrivateKey.Parse(pem, "secret");
            Assert.Equal(key.PublicKey, read.PublicKey);
            string algorithm = key.PublicKey.SignatureAlgorithms[0];
            Assert.True(key.PublicKey.Verify(algorithm, Data, read.Sign(algorithm, Data)));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Parse_WrittenBySshKeygen_GivesItsPublicKey(SshKeyKind kind)
    {
        using TemporaryFolder folder = new();
        string path = folder.Path("key");
        string[] type = kind switch
        {
            SshKeyKind.Ed25519 => ["-t", "ed25519"],
            SshKeyKind.EcdsaP256 => ["-t", "ecdsa", "-b", "256"],
            SshKeyKind.EcdsaP384 => ["-t", "ecdsa", "-b", "384"],
            SshKeyKind.EcdsaP521 => ["-t", "ecdsa", "-b", "521"],
            _ => ["-t", "rsa", "-b", "2048"],
        };
        string[] formats = kind == SshKeyKind.Ed25519 ? ["RFC4716"] : ["RFC4716", "PKCS8", "PEM"];
        foreach (string passphrase in (string[])["", "secret"])
        {
            foreach (string format in formats)
            {
                if (format == "PEM" && passphrase.Length > 0)
                    continue; // the old encrypted form has a test of its own

                File.Delete(path);
                Tool.Run("ssh-keygen", ["-q", .. type, "-m", format, "-N", passphrase, "-C", "", "-f", path]);
                using SshPrivateKey key = SshPrivateKey.Parse(File.ReadAllText(path), passphrase);
                Assert.Equal(File.ReadAllText(path + ".pub").Trim(), key.PublicKey.ToAuthorizedKeysLine());
            }
        }
    }

    [Theory]
    [InlineData("aes128-ctr")]
    [InlineData("aes192-ctr")]
    [InlineData("aes256-cbc")]
    [InlineData("aes256-gcm@openssh.com")]
    public void Parse_OtherCiphersOfSshKeygen_GivesItsPublicKey(string cipher)
    {
        using TemporaryFolder folder = new();
        string path = folder.Path("key");
        Tool.Run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "secret", "-Z", cipher, "-a", "3", "-C", "", "-f", path]);
        using SshPrivateKey key = SshPrivateKey.Parse(File.ReadAllText(path), "secret");
        Assert.Equal(File.ReadAllText(path + ".pub").Trim(), key.PublicKey.ToAuthorizedKeysLine());
        Assert.Contains("wrong", Assert.Throws<SshKeyException>(() => SshPrivateKey.Parse(File.ReadAllText(path), "other")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ToOpenSshPem_ReadBySshKeygen_GivesThePublicKey(SshKeyKind kind)
    {
        using TemporaryFolder folder = new();
        using SshPrivateKey key = SshPrivateKey.Generate(kind, rsaBits: 2048);
        foreach (string passphrase in (string[])["", "secret ü"])
        {
            string path = folder.WriteSecret("key", key.ToOpenSshPem("comment", passphrase));
            string publicKey = Tool.Run("ssh-keygen", ["-y", "-P", passphrase, "-f", path]);
            Assert.Equal(key.PublicKey.ToAuthorizedKeysLine("comment"), publicKey.Trim());
        }
    }

    [Fact]
    public void Parse_WrongOrMissingPassphrase_SaysSo()
    {
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        string pem = key.ToOpenSshPem(null, "secret");
        Assert.Contains("passphrase", Assert.Throws<SshKeyException>(() => SshPrivateKey.Parse(pem, "wrong")).Message, StringComparison.Ordinal);
        Assert.Contains("Give its passphrase", Assert.Throws<SshKeyException>(() => SshPrivateKey.Parse(pem)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_OldEncryptedPem_SaysHowToConvert()
    {
        using TemporaryFolder folder = new();
        string path = folder.Path("key");
        Tool.Run("ssh-keygen", ["-q", "-t", "ecdsa", "-m", "PEM", "-N", "secret", "-f", path]);
        SshKeyException error = Assert.Throws<SshKeyException>(() => SshPrivateKey.Parse(File.ReadAllText(path), "secret"));
        Assert.Contains("ssh-keygen -p", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_EncryptedPkcs8Ed25519_GivesTheKey()
    {
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        using TemporaryFolder folder = new();
        string path = folder.WriteSecret("plain", key.ToPkcs8Pem());
        string pem = Tool.Run("openssl", ["pkcs8", "-topk8", "-in", path, "-passout", "pass:secret"]);
        using SshPrivateKey read = SshPrivateKey.Parse(pem, "secret");
        Assert.Equal(key.PublicKey, read.PublicKey);
        Assert.Throws<SshKeyException>(() => SshPrivateKey.Parse(pem, "wrong"));
    }

    [Fact]
    public void Parse_PublicHalfOfAnotherKey_IsRefused()
    {
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.EcdsaP256);
        using SshPrivateKey other = SshPrivateKey.Generate(SshKeyKind.EcdsaP256);
        using ECDsa mine = (ECDsa)key.ToAsymmetricAlgorithm()!;
        using ECDsa theirs = (ECDsa)other.ToAsymmetricAlgorithm()!;
        ECParameters mixed = mine.ExportParameters(true);
        mixed.Q = theirs.ExportParameters(false).Q;
        Assert.Throws<SshProtocolException>(() => EcdsaPrivateKey.FromParameters(mixed));
    }

    [Fact]
    public void Parse_DamagedAnywhere_ThrowsOurExceptionsOnly()
    {
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        byte[] der = Convert.FromBase64String(string.Concat(key.ToOpenSshPem().Split('\n')[1..^2]));
        for (int i = 0; i < der.Length; i++)
        {
            byte[] damaged = [.. der];
            damaged[i] ^= 0x40;
            foreach (byte[] bytes in (byte[][])[damaged, der[..i]])
            {
                // A damaged comment or check word may still be a key; a damaged key never is another key.
                string pem = PemEncoding.WriteString("OPENSSH PRIVATE KEY", bytes);
                try
                {
                    using SshPrivateKey read = SshPrivateKey.Parse(pem);
                    Assert.Equal(key.PublicKey, read.PublicKey);
                }
                catch (SshException)
                {
                    continue; // the usual case
                }
            }
        }
    }

    [Theory]
    [InlineData("ssh-rsa")]
    [InlineData("ssh-ed25519")]
    [InlineData("rsa-sha2-512-cert-v01@openssh.com")]
    public void H06_Sign_AlgorithmNotOfTheKey_IsRefused(string algorithm)
    {
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Rsa, 2048);
        Assert.Throws<SshKeyException>(() => key.Sign(algorithm, Data));
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(16384)]
    public void H06_Generate_RsaOutOfBounds_IsRefused(int bits) =>
        Assert.Throws<SshKeyException>(() => SshPrivateKey.Generate(SshKeyKind.Rsa, bits));
}
