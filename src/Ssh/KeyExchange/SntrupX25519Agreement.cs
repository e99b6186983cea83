using System.Security.Cryptography;
using Teleport.Ssh.Cryptography;

namespace Teleport.Ssh.KeyExchange;

/// <summary>sntrup761x25519-sha512 (draft-ietf-sshm-ntruprime-ssh), also under its older name at openssh.com.</summary>
internal sealed class SntrupX25519Agreement : HybridAgreement
{
    private Sntrup761? _key;

    protected override string Name => "sntrup761x25519";

    protected override int PublicKeySize => Sntrup761.PublicKeySize;

    protected override int CiphertextSize => Sntrup761.CiphertextSize;

    public override void Dispose()
    {
        _key?.Dispose();
        base.Dispose();
    }

    protected override byte[] GenerateQuantumKey()
    {
        _key = Sntrup761.Generate();
        return _key.PublicKey;
    }

    protected override (byte[] Secret, byte[] Ciphertext) Encapsulate(ReadOnlySpan<byte> publicKey) => Sntrup761.Encapsulate(publicKey);

    protected override byte[] Decapsulate(ReadOnlySpan<byte> ciphertext) => _key!.Decapsulate(ciphertext);

    protected override byte[] Hash(ReadOnlySpan<byte> data) => SHA512.HashData(data);
}
