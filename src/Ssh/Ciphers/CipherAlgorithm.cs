using Teleport.Ssh.Cryptography;
using Teleport.Ssh.Macs;

namespace Teleport.Ssh.Ciphers;

/// <summary>A cipher by its name on the wire.</summary>
internal sealed record CipherAlgorithm(string Name, int KeySize, int IvSize, CipherMode Mode)
{
    public static IReadOnlyList<CipherAlgorithm> All { get; } =
    [
        new("aes128-gcm@openssh.com", 16, AesGcmProtection.NonceSize, CipherMode.AesGcm),
        new("aes256-gcm@openssh.com", 32, AesGcmProtection.NonceSize, CipherMode.AesGcm),
        new("chacha20-poly1305@openssh.com", ChaChaPolyProtection.KeySize, 0, CipherMode.ChaChaPoly),
        new("aes128-ctr", 16, 16, CipherMode.AesCtr),
        new("aes192-ctr", 24, 16, CipherMode.AesCtr),
        new("aes256-ctr", 32, 16, CipherMode.AesCtr),
    ];

    /// <summary>Whether the cipher authenticates by itself, so that no MAC is negotiated.</summary>
    public bool IsAuthenticated => Mode != CipherMode.AesCtr;

    public static CipherAlgorithm Get(string name) =>
        All.FirstOrDefault(cipher => cipher.Name == name) ?? throw new ArgumentException($"Unknown cipher '{name}'.", nameof(name));

    /// <param name="key">Of <see cref="KeySize"/> bytes; the caller wipes it.</param>
    /// <param name="iv">Of <see cref="IvSize"/> bytes.</param>
    /// <param name="mac">The negotiated MAC; <see langword="null"/> for an authenticated cipher.</param>
    /// <param name="macKey">The key for <paramref name="mac"/>.</param>
    public PacketProtection Create(byte[] key, byte[] iv, MacAlgorithm? mac, byte[] macKey) => Mode switch
    {
        CipherMode.AesGcm => new AesGcmProtection(key, iv),
        CipherMode.ChaChaPoly => new ChaChaPolyProtection(key),
        CipherMode.AesCtr when mac is { EncryptThenMac: true } => new CtrEtmProtection(AesCtr.Create(key, iv), mac.Create(macKey)),
        CipherMode.AesCtr when mac is not null => new CtrProtection(AesCtr.Create(key, iv), mac.Create(macKey)),
        _ => throw new ArgumentException($"The cipher {Name} needs a MAC.", nameof(mac)),
    };
}
