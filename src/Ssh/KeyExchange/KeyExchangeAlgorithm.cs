using System.Security.Cryptography;

namespace Teleport.Ssh.KeyExchange;

/// <summary>A key exchange method by its name on the wire.</summary>
internal sealed record KeyExchangeAlgorithm(string Name, HashAlgorithmName Hash, Func<KeyAgreement> Create)
{
    /// <summary>Every method, best first: what quantum computers cannot break, then what they could, then what is slow.</summary>
    public static IReadOnlyList<KeyExchangeAlgorithm> All { get; } =
    [
        new("mlkem768x25519-sha256", HashAlgorithmName.SHA256, () => new MlKemX25519Agreement()),
        new("sntrup761x25519-sha512", HashAlgorithmName.SHA512, () => new SntrupX25519Agreement()),
        new("sntrup761x25519-sha512@openssh.com", HashAlgorithmName.SHA512, () => new SntrupX25519Agreement()),
        new("curve25519-sha256", HashAlgorithmName.SHA256, () => new Curve25519Agreement()),
        new("curve25519-sha256@libssh.org", HashAlgorithmName.SHA256, () => new Curve25519Agreement()),
        new("ecdh-sha2-nistp256", HashAlgorithmName.SHA256, () => new EcdhAgreement(256)),
        new("ecdh-sha2-nistp384", HashAlgorithmName.SHA384, () => new EcdhAgreement(384)),
        new("ecdh-sha2-nistp521", HashAlgorithmName.SHA512, () => new EcdhAgreement(521)),
        new("diffie-hellman-group16-sha512", HashAlgorithmName.SHA512, () => new ModpAgreement(ModpGroups.Group16, exponentBits: 512)),
        new("diffie-hellman-group14-sha256", HashAlgorithmName.SHA256, () => new ModpAgreement(ModpGroups.Group14, exponentBits: 320)),
    ];

    public static KeyExchangeAlgorithm Get(string name) => All.FirstOrDefault(algorithm => algorithm.Name == name)
        ?? throw new ArgumentException($"Unknown key exchange method '{name}'.", nameof(name));
}
