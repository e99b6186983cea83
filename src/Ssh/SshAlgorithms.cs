using Teleport.Ssh.Authentication;
using Teleport.Ssh.Ciphers;
using Teleport.Ssh.KeyExchange;
using Teleport.Ssh.Macs;

namespace Teleport.Ssh;

/// <summary>The algorithms that one side of a connection accepts, each list with the best first.</summary>
/// <remarks>The client's preference decides what is used (RFC 4253 section 7.1); a server's lists say what it accepts at all.</remarks>
public sealed record SshAlgorithms
{
    /// <summary>The key exchange methods that this library knows.</summary>
    public static IReadOnlyList<string> SupportedKeyExchange { get; } = [.. KeyExchangeAlgorithm.All.Select(algorithm => algorithm.Name)];

    /// <summary>The ciphers that this library knows.</summary>
    public static IReadOnlyList<string> SupportedCiphers { get; } = [.. CipherAlgorithm.All.Select(algorithm => algorithm.Name)];

    /// <summary>The message authentication codes that this library knows.</summary>
    public static IReadOnlyList<string> SupportedMacs { get; } = [.. MacAlgorithm.All.Select(algorithm => algorithm.Name)];

    /// <summary>The default lists: everything supported, post-quantum key exchange and authenticated ciphers first.</summary>
    /// <remarks>Stands behind the lists that its initialisation reads.</remarks>
    public static SshAlgorithms Default { get; } = new();

    /// <summary>Key exchange methods.</summary>
    public IReadOnlyList<string> KeyExchange { get; init; } = SupportedKeyExchange;

    /// <summary>Ciphers, for both directions.</summary>
    public IReadOnlyList<string> Ciphers { get; init; } = SupportedCiphers;

    /// <summary>Message authentication codes, for both directions; authenticated ciphers need none.</summary>
    public IReadOnlyList<string> Macs { get; init; } = SupportedMacs;

    /// <summary>Client: the host key and host certificate algorithms that it accepts. A server offers what its keys allow.</summary>
    public IReadOnlyList<string> HostKeys { get; init; } = SignatureAlgorithms.DefaultHostKeys;

    /// <summary>
    /// Server: the signature algorithms that it accepts from users, such as <c>ssh-ed25519</c> and <c>rsa-sha2-512</c>; each also
    /// allows certificates of that kind. Client: those that it signs with. SHA-1 (<c>ssh-rsa</c>) is not to be had.
    /// </summary>
    public IReadOnlyList<string> PublicKeys { get; init; } = SignatureAlgorithms.All;

    /// <summary>Checks that every list has a member and that all members are known.</summary>
    /// <exception cref="ArgumentException">A list is empty or names something unknown; the message names it and what is known.</exception>
    public void Validate()
    {
        Check("key exchange", KeyExchange, SupportedKeyExchange);
        Check("cipher", Ciphers, SupportedCiphers);
        Check("MAC", Macs, SupportedMacs);
        Check("host key", HostKeys, SignatureAlgorithms.DefaultHostKeys);
        Check("public key", PublicKeys, SignatureAlgorithms.All);
    }

    private static void Check(string kind, IReadOnlyList<string> names, IReadOnlyList<string> known)
    {
        if (names.Count == 0)
            throw new ArgumentException($"The list of {kind} algorithms is empty. Known are: {string.Join(", ", known)}.");

        string? unknown = names.FirstOrDefault(name => !known.Contains(name));
        if (unknown is not null)
            throw new ArgumentException($"Unknown {kind} algorithm '{unknown}'. Known are: {string.Join(", ", known)}.");
    }
}
