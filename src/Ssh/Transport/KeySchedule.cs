using System.Security.Cryptography;
using Teleport.Ssh.Ciphers;
using Teleport.Ssh.Macs;

namespace Teleport.Ssh.Transport;

/// <summary>Derives the keys of both directions (RFC 4253 section 7.2).</summary>
internal sealed class KeySchedule(HashAlgorithmName hash, ExchangeResult result, byte[] sessionId, SshNegotiatedAlgorithms negotiated)
{
    public PacketProtection CreateToServer() => Create(negotiated.CipherToServer, negotiated.MacToServer, 'A', 'C', 'E');

    public PacketProtection CreateToClient() => Create(negotiated.CipherToClient, negotiated.MacToClient, 'B', 'D', 'F');

    private PacketProtection Create(string cipherName, string macName, char ivLetter, char keyLetter, char macLetter)
    {
        CipherAlgorithm cipher = CipherAlgorithm.Get(cipherName);
        MacAlgorithm? mac = macName.Length == 0 ? null : MacAlgorithm.Get(macName);
        byte[] iv = Derive(ivLetter, cipher.IvSize);
        byte[] key = Derive(keyLetter, cipher.KeySize);
        byte[] macKey = Derive(macLetter, mac?.KeySize ?? 0);
        try
        {
            return cipher.Create(key, iv, mac, macKey);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
            CryptographicOperations.ZeroMemory(macKey);
        }
    }

    /// <summary>HASH(K || H || letter || session id), then for more bytes HASH(K || H || what there is so far).</summary>
    private byte[] Derive(char letter, int size)
    {
        if (size == 0)
            return [];

        using IncrementalHash digest = IncrementalHash.CreateHash(hash);
        digest.AppendData(result.Secret);
        digest.AppendData(result.Hash);
        digest.AppendData([(byte)letter]);
        digest.AppendData(sessionId);
        byte[] output = digest.GetHashAndReset();
        while (output.Length < size)
        {
            digest.AppendData(result.Secret);
            digest.AppendData(result.Hash);
            digest.AppendData(output);
            output = [.. output, .. digest.GetHashAndReset()];
        }

        return output[..size];
    }
}
