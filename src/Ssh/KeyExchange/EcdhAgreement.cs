using System.Security.Cryptography;
using Teleport.Ssh.Cryptography;

namespace Teleport.Ssh.KeyExchange;

/// <summary>ecdh-sha2-nistp256, -nistp384 and -nistp521 (RFC 5656 section 4).</summary>
internal sealed class EcdhAgreement(int bits) : KeyAgreement
{
    private readonly NistEcdh _key = new(bits);

    public override byte[] CreateInit() => _key.PublicPoint;

    public override (byte[] Secret, byte[] Reply) Respond(ReadOnlySpan<byte> init) => (Complete(init), _key.PublicPoint);

    public override byte[] Complete(ReadOnlySpan<byte> reply)
    {
        byte[] secret = _key.Agree(reply);
        byte[] encoded = SharedSecret.AsMpint(secret);
        CryptographicOperations.ZeroMemory(secret);
        return encoded;
    }

    public override void Dispose() => _key.Dispose();
}
