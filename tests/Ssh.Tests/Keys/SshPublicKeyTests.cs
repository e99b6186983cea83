using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Teleport.Ssh.Cryptography;
using Teleport.Ssh.Keys;

namespace Teleport.Ssh.Tests.Keys;

public sealed class SshPublicKeyTests
{
    private const string Application = "ssh:";
    private static readonly byte[] Data = Encoding.UTF8.GetBytes("what is signed");

    [Theory]
    [MemberData(nameof(SshPrivateKeyTests.Kinds), MemberType = typeof(SshPrivateKeyTests))]
    public void Fingerprint_ComparedWithSshKeygen_IsTheSame(SshKeyKind kind)
    {
        using TemporaryFolder folder = new();
        using SshPrivateKey key = SshPrivateKey.Generate(kind, 2048);
        string path = folder.Write("key.pub", key.PublicKey.ToAuthorizedKeysLine("comment") + "\n");
        Assert.Contains(key.PublicKey.Fingerprint + " comment", Tool.Run("ssh-keygen", ["-l", "-f", path]), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(SshPrivateKeyTests.Kinds), MemberType = typeof(SshPrivateKeyTests))]
    public void FromBlob_TruncatedOrLonger_Throws(SshKeyKind kind)
    {
        using SshPrivateKey key = SshPrivateKey.Generate(kind, 2048);
        byte[] blob = key.PublicKey.Blob.ToArray();
        Assert.Equal(key.PublicKey, SshPublicKey.FromBlob(blob));
        for (int length = 0; length < blob.Length; length++)
            Assert.Throws<SshProtocolException>(() => SshPublicKey.FromBlob(blob.AsSpan(0, length)));
        Assert.Throws<SshProtocolException>(() => SshPublicKey.FromBlob([.. blob, 0]));
    }

    [Fact]
    public void FromBlob_RandomBytes_ThrowsOurExceptionsOnly() => Gen.Byte.Array[0, 200].Sample(bytes =>
    {
        Assert.ThrowsAny<SshException>(() => SshPublicKey.FromBlob(bytes));
    });

    [Theory]
    [InlineData("")]
    [InlineData("ssh-ed25519")]
    [InlineData("ssh-ed25519 !!!")]
    [InlineData("ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIJYmdvx3E0GxzNQwEmEyJQUfwYrAyEjJAmcQeEBpAoRB")]
    [InlineData("ssh-dss AAAAB3NzaC1kc3MAAAAA")]
    public void Parse_NotAKeyLine_Throws(string line)
    {
        Assert.ThrowsAny<SshException>(() => SshPublicKey.Parse(line));
        Assert.False(SshPublicKey.TryParse(line, out _));
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(16384)]
    [InlineData(65536)]
    public void H06_RsaSizeOutOfBounds_IsRefusedCheaply(int bits)
    {
        byte[] modulus = RandomNumberGenerator.GetBytes(bits / 8);
        modulus[0] |= 0x80;
        modulus[^1] |= 1;
        byte[] blob = RsaBlob([1, 0, 1], modulus);
        Assert.ThrowsAny<SshException>(() => SshPublicKey.FromBlob(blob));
    }

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 1 })]
    [InlineData(new byte[] { 1, 0, 0 })]
    [InlineData(new byte[] { 1, 0, 0, 0, 1 })]
    public void H06_RsaExponentEvenOrOneOrHuge_IsRefused(byte[] exponent)
    {
        using RSA rsa = RSA.Create(2048);
        byte[] modulus = rsa.ExportParameters(false).Modulus!;
        Assert.Throws<SshKeyException>(() => SshPublicKey.FromBlob(RsaBlob(exponent, modulus)));
        Assert.NotNull(SshPublicKey.FromBlob(RsaBlob([1, 0, 1], modulus)));
    }

    [Fact]
    public void H06_RsaNegativeModulus_IsRefused()
    {
        byte[] blob = BlobBuilder.Build("ssh-rsa", [1, 0, 1], RandomNumberGenerator.GetBytes(256).Select(b => (byte)(b | 0x80)).ToArray());
        Assert.Throws<SshProtocolException>(() => SshPublicKey.FromBlob(blob));
    }

    [Fact]
    public void H06_RsaShortSignature_IsPaddedAndAnEmptyOneRefused()
    {
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Rsa, 2048);
        Assert.False(key.PublicKey.Verify("rsa-sha2-512", Data, BlobBuilder.Build("rsa-sha2-512", Array.Empty<byte>())));
        Assert.False(key.PublicKey.Verify("rsa-sha2-512", Data, BlobBuilder.Build("rsa-sha2-512", new byte[257])));

        // One signature in 256 begins with a zero: some signers drop it.
        for (int i = 0; i < 5000; i++)
        {
            byte[] data = BitConverter.GetBytes(i);
            byte[] value = key.Sign("rsa-sha2-512", data)[(4 + 12 + 4)..];
            if (value[0] != 0)
                continue;

            Assert.True(key.PublicKey.Verify("rsa-sha2-512", data, BlobBuilder.Build("rsa-sha2-512", value[1..])));
            return;
        }

        Assert.Fail("No signature began with zero.");
    }

    [Fact]
    public void H06_RsaSha1Signature_IsRefused()
    {
        using RSA rsa = RSA.Create(2048);
        using SshPrivateKey key = SshPrivateKey.FromAsymmetricAlgorithm(rsa);
        byte[] sha1 = rsa.SignData(Data, HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1);
        Assert.False(key.PublicKey.Verify("ssh-rsa", Data, BlobBuilder.Build("ssh-rsa", sha1)));
        Assert.False(key.PublicKey.Verify("rsa-sha2-256", Data, BlobBuilder.Build("rsa-sha2-256", sha1)));
        Assert.True(key.PublicKey.Verify("rsa-sha2-256", Data, key.Sign("rsa-sha2-256", Data)));
    }

    [Fact]
    public void H06_SignatureOfAnotherAlgorithmThanNegotiated_IsRefused()
    {
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Rsa, 2048);
        byte[] signature = key.Sign("rsa-sha2-256", Data);
        Assert.True(key.PublicKey.Verify("rsa-sha2-256", Data, signature));
        Assert.False(key.PublicKey.Verify("rsa-sha2-512", Data, signature));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void H06_EcdsaPointNotOnTheCurve_IsRefused(int what)
    {
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.EcdsaP256);
        byte[] blob = key.PublicKey.Blob.ToArray();
        switch (what)
        {
            case 0:
                blob[^1] ^= 1;
                break;
            case 1:
                blob.AsSpan(^64..).Clear();
                break;
            default:
                blob.AsSpan(^64..).Fill(0xff); // beyond the field
                break;
        }

        Assert.ThrowsAny<SshException>(() => SshPublicKey.FromBlob(blob));
    }

    [Fact]
    public void H06_EcdsaPointAtInfinityOrCompressed_IsRefused()
    {
        byte[] curve = Encoding.ASCII.GetBytes("nistp256");
        byte[] compressed = [2, .. new byte[31], 5];
        Assert.ThrowsAny<SshException>(() => SshPublicKey.FromBlob(BlobBuilder.Build(KeyTypes.EcdsaP256, curve, (byte[])[0])));
        Assert.ThrowsAny<SshException>(() => SshPublicKey.FromBlob(BlobBuilder.Build(KeyTypes.EcdsaP256, curve, compressed)));
    }

    [Fact]
    public void H06_EcdsaCurveUnlikeItsType_IsRefused()
    {
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.EcdsaP521);
        byte[] fields = key.PublicKey.Blob[(4 + KeyTypes.EcdsaP521.Length)..].ToArray();
        byte[] blob = [.. BlobBuilder.Build(KeyTypes.EcdsaP256), .. fields];
        Assert.ThrowsAny<SshException>(() => SshPublicKey.FromBlob(blob));
    }

    [Theory]
    [InlineData("00", "01")]
    [InlineData("01", "00")]
    [InlineData("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", "01")]
    public void H06_EcdsaSignatureOfZeroOrTheOrder_IsRefused(string r, string s)
    {
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.EcdsaP256);
        byte[] value = BlobBuilder.Build((ref SshWriter writer) =>
        {
            writer.WriteMpint(Convert.FromHexString(r));
            writer.WriteMpint(Convert.FromHexString(s));
        });
        Assert.False(key.PublicKey.Verify(KeyTypes.EcdsaP256, Data, BlobBuilder.Build(KeyTypes.EcdsaP256, value)));
    }

    [Fact]
    public void Ed25519_NativeAndManaged_Agree() => Gen.Select(Gen.Byte.Array[32], Gen.Byte.Array[0, 200]).Sample((seed, data) =>
    {
        using Ed25519.NativeSigner native = new(seed);
        using Ed25519.ManagedSigner managed = new(seed);
        Assert.Equal(native.PublicKey, managed.PublicKey);
        byte[] signature = native.Sign(data);
        Assert.Equal(signature, managed.Sign(data));
        Assert.True(Ed25519.Verify(native.PublicKey, data, signature));
        Assert.True(Ed25519.VerifyManaged(native.PublicKey, data, signature));
        signature[3] ^= 1;
        Assert.False(Ed25519.Verify(native.PublicKey, data, signature));
        Assert.False(Ed25519.VerifyManaged(native.PublicKey, data, signature));
    });

    [Theory]
    [InlineData(1, true)]
    [InlineData(5, true)]
    [InlineData(0, false)]
    [InlineData(4, false)]
    public void SecurityKey_Signature_CountsOnlyWithATouch(byte flags, bool accepted)
    {
        using Ed25519.Signer ed25519 = Ed25519.CreateSigner(new byte[32]);
        SshPublicKey edKey = SshPublicKey.FromBlob(BlobBuilder.Build(KeyTypes.SkEd25519, ed25519.PublicKey, Encoding.UTF8.GetBytes(Application)));
        byte[] edSignature = [.. BlobBuilder.Build(KeyTypes.SkEd25519, ed25519.Sign(TokenMessage(flags))), flags, 0, 0, 0, 7];
        Assert.Equal(accepted, edKey.Verify(KeyTypes.SkEd25519, Data, edSignature));
        Assert.False(edKey.Verify(KeyTypes.SkEd25519, Data, edSignature.AsSpan(..^1)));

        using SshPrivateKey ecdsa = SshPrivateKey.Generate(SshKeyKind.EcdsaP256);
        byte[] ecBlob = [.. BlobBuilder.Build(KeyTypes.SkEcdsa), .. ecdsa.PublicKey.Fields, .. LengthOf(Application), .. Encoding.UTF8.GetBytes(Application)];
        SshPublicKey ecKey = SshPublicKey.FromBlob(ecBlob);
        byte[] value = ecdsa.Sign(KeyTypes.EcdsaP256, TokenMessage(flags))[(4 + KeyTypes.EcdsaP256.Length + 4)..];
        byte[] ecSignature = [.. BlobBuilder.Build(KeyTypes.SkEcdsa, value), flags, 0, 0, 0, 7];
        Assert.Equal(accepted, ecKey.Verify(KeyTypes.SkEcdsa, Data, ecSignature));
        ecSignature[^1] ^= 1; // another counter than was signed
        Assert.False(ecKey.Verify(KeyTypes.SkEcdsa, Data, ecSignature));
    }

    private static byte[] LengthOf(string text) => [0, 0, 0, (byte)text.Length];

    private static byte[] TokenMessage(byte flags) =>
        [.. SHA256.HashData(Encoding.UTF8.GetBytes(Application)), flags, 0, 0, 0, 7, .. SHA256.HashData(Data)];

    private static byte[] RsaBlob(byte[] exponent, byte[] modulus) => BlobBuilder.Build((ref SshWriter writer) =>
    {
        writer.WriteString("ssh-rsa");
        writer.WriteMpint(exponent);
        writer.WriteMpint(modulus);
    });
}
