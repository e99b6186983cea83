using System.Security.Cryptography;

namespace Teleport.Ssh.Macs;

/// <summary>A MAC by its name on the wire: RFC 6668, and the encrypt-then-MAC variants of OpenSSH (PROTOCOL section 1.5).</summary>
internal sealed record MacAlgorithm(string Name, HashAlgorithmName Hash, int KeySize, bool EncryptThenMac)
{
    public static IReadOnlyList<MacAlgorithm> All { get; } =
    [
        new("hmac-sha2-256-etm@openssh.com", HashAlgorithmName.SHA256, 32, EncryptThenMac: true),
        new("hmac-sha2-512-etm@openssh.com", HashAlgorithmName.SHA512, 64, EncryptThenMac: true),
        new("hmac-sha2-256", HashAlgorithmName.SHA256, 32, EncryptThenMac: false),
        new("hmac-sha2-512", HashAlgorithmName.SHA512, 64, EncryptThenMac: false),
    ];

    public static MacAlgorithm Get(string name) =>
        All.FirstOrDefault(mac => mac.Name == name) ?? throw new ArgumentException($"Unknown MAC algorithm '{name}'.", nameof(name));

    /// <summary>Tag and key have the same size in all of them.</summary>
    public PacketMac Create(byte[] key) => new(Hash, KeySize, key);
}
