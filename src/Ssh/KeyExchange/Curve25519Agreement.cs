using System.Security.Cryptography;
using Teleport.Ssh.Cryptography;

namespace Teleport.Ssh.KeyExchange;

/// <summary>curve25519-sha256 (RFC 8731).</summary>
internal sealed class Curve25519Agreement : KeyAgreement
{
    private byte[] _privateKey = [];

    public override byte[] CreateInit()
    {
        (_privateKey, byte[] publicKey) = X25519.Generate();
        return publicKey;
    }

    public override (byte[] Secret, byte[] Reply) Respond(ReadOnlySpan<byte> init)
    {
        (_privateKey, byte[] publicKey) = X25519.Generate();
        return (Complete(init), publicKey);
    }

    public override byte[] Complete(ReadOnlySpan<byte> reply)
    {
        byte[] secret = X25519.Agree(_privateKey, reply);
        byte[] encoded = SharedSecret.AsMpint(secret);
        CryptographicOperations.ZeroMemory(secret);
        return encoded;
    }

    public override void Dispose() => CryptographicOperations.ZeroMemory(_privateKey);
}
