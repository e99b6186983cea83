using System.Security.Cryptography;
using Teleport.Ssh.Cryptography;

namespace Teleport.Ssh.KeyExchange;

/// <summary>A post-quantum method beside X25519: the secret is the hash of both secrets, so that both would have to be broken.</summary>
internal abstract class HybridAgreement : KeyAgreement
{
    private byte[] _privateKey = [];

    protected abstract string Name { get; }

    protected abstract int PublicKeySize { get; }

    protected abstract int CiphertextSize { get; }

    public override byte[] CreateInit()
    {
        (_privateKey, byte[] publicKey) = X25519.Generate();
        return [.. GenerateQuantumKey(), .. publicKey];
    }

    public override (byte[] Secret, byte[] Reply) Respond(ReadOnlySpan<byte> init)
    {
        CheckSize(init, PublicKeySize, "client");
        (_privateKey, byte[] publicKey) = X25519.Generate();

        // The cheap part first: a low-order point must not cost an encapsulation.
        byte[] classical = X25519.Agree(_privateKey, init[PublicKeySize..]);
        (byte[] quantum, byte[] ciphertext) = Encapsulate(init[..PublicKeySize]);
        return (Combine(quantum, classical), [.. ciphertext, .. publicKey]);
    }

    public override byte[] Complete(ReadOnlySpan<byte> reply)
    {
        CheckSize(reply, CiphertextSize, "server");
        byte[] classical = X25519.Agree(_privateKey, reply[CiphertextSize..]);
        byte[] quantum = Decapsulate(reply[..CiphertextSize]);
        return Combine(quantum, classical);
    }

    public override void Dispose() => CryptographicOperations.ZeroMemory(_privateKey);

    protected abstract byte[] GenerateQuantumKey();

    protected abstract (byte[] Secret, byte[] Ciphertext) Encapsulate(ReadOnlySpan<byte> publicKey);

    protected abstract byte[] Decapsulate(ReadOnlySpan<byte> ciphertext);

    protected abstract byte[] Hash(ReadOnlySpan<byte> data);

    private byte[] Combine(byte[] quantum, byte[] classical)
    {
        byte[] both = [.. quantum, .. classical];
        byte[] secret = Hash(both);
        byte[] encoded = SharedSecret.AsString(secret);
        foreach (byte[] buffer in (byte[][])[quantum, classical, both, secret])
            CryptographicOperations.ZeroMemory(buffer);

        return encoded;
    }

    private void CheckSize(ReadOnlySpan<byte> value, int quantumSize, string peer)
    {
        int expected = quantumSize + X25519.KeySize;
        if (value.Length != expected)
            throw new SshProtocolException($"The {peer}'s {Name} value has {value.Length} bytes instead of {expected}.");
    }
}
