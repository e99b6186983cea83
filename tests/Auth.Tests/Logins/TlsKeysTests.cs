using System.Security.Cryptography;
using Teleport.Auth.Logins;
using Teleport.Ssh.Keys;

namespace Teleport.Auth.Tests.Logins;

public sealed class TlsKeysTests
{
    [Theory]
    [InlineData("nistP256")]
    [InlineData("nistP384")]
    [InlineData("nistP521")]
    public void Of_EcdsaKey_IsTheSameKey(string curve)
    {
        using ECDsa key = ECDsa.Create(ECCurve.CreateFromFriendlyName(curve));

        ReadOnlyMemory<byte>? info = TlsKeys.Of(SshPrivateKey.FromAsymmetricAlgorithm(key).PublicKey);

        Assert.Equal(key.ExportSubjectPublicKeyInfo(), info!.Value.ToArray());
    }

    [Fact]
    public void Of_RsaKey_IsTheSameKey()
    {
        using RSA key = RSA.Create(2048);

        Assert.Equal(key.ExportSubjectPublicKeyInfo(), TlsKeys.Of(SshPrivateKey.FromAsymmetricAlgorithm(key).PublicKey)!.Value.ToArray());
    }

    [Fact]
    public void Of_Ed25519Key_IsNothing() => Assert.Null(TlsKeys.Of(SshPrivateKey.Generate(SshKeyKind.Ed25519).PublicKey));
}
