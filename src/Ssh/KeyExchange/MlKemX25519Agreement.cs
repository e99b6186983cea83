using System.Security.Cryptography;
using Teleport.Ssh.Cryptography;

namespace Teleport.Ssh.KeyExchange;

/// <summary>mlkem768x25519-sha256 (draft-ietf-sshm-mlkem-hybrid-kex).</summary>
internal sealed class MlKemX25519Agreement : HybridAgreement
{
    private MlKem768? _key;

    protected override string Name => "mlkem768x25519";

    protected override int PublicKeySize => MlKem768.PublicKeySize;

    protected override int CiphertextSize => MlKem768.CiphertextSize;

    public override void Dispose()
    {
        _key?.Dispose();
        base.Dispose();
    }

    protected override byte[] GenerateQuantumKey()
    {
        _key = MlKem768.Generate();
        return _key.PublicKey.ToArray();
    }

    protected override (byte[] Secret, byte[] Ciphertext) Encapsulate(ReadOnlySpan<byte> publicKey) => MlKem768.Encapsulate(publicKey);

    protected override byte[] Decapsulate(ReadOnlySpan<byte> ciphertext) => _key!.Decapsulate(ciphertext);

    protected override byte[] Hash(ReadOnlySpan<byte> data) => SHA256.HashData(data);
}
