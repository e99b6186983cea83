using Teleport.Ssh;

namespace Teleport.Integration.Tests.Interoperability;

/// <summary>One algorithm that a connection is made with, so that it is this one and no other that is tested.</summary>
/// <param name="Kind">One of the constants.</param>
/// <param name="Algorithm">Its name on the wire.</param>
public sealed record Choice(string Kind, string Algorithm)
{
    public const string KeyExchange = "key exchange";
    public const string Cipher = "cipher";
    public const string Mac = "MAC";
    public const string HostKey = "host key";
    public const string UserKey = "user key";

    private const string DefaultHostKey = "ssh-ed25519";
    private const string DefaultUserKey = "ssh-ed25519";

    /// <summary>All that this library has, but for keys on security keys, which need a finger.</summary>
    public static IReadOnlyList<Choice> All { get; } =
    [
        .. SshAlgorithms.SupportedKeyExchange.Select(name => new Choice(KeyExchange, name)),
        .. SshAlgorithms.SupportedCiphers.Select(name => new Choice(Cipher, name)),
        .. SshAlgorithms.SupportedMacs.Select(name => new Choice(Mac, name)),
        .. SshAlgorithms.Default.HostKeys.Select(name => new Choice(HostKey, name)),
        .. SshAlgorithms.Default.HostKeys.Select(name => new Choice(UserKey, name)),
    ];

    public string HostKeyAlgorithm => Kind == HostKey ? Algorithm : DefaultHostKey;

    public string UserKeyAlgorithm => Kind == UserKey ? Algorithm : DefaultUserKey;

    /// <summary>The lists of our side: just the one, where the kind is a list.</summary>
    public SshAlgorithms Lists => Kind switch
    {
        KeyExchange => SshAlgorithms.Default with { KeyExchange = [Algorithm] },
        Cipher => SshAlgorithms.Default with { Ciphers = [Algorithm] },
        Mac => SshAlgorithms.Default with { Ciphers = ["aes128-ctr"], Macs = [Algorithm] },
        HostKey => SshAlgorithms.Default with { HostKeys = [Algorithm] },
        _ => SshAlgorithms.Default with { PublicKeys = [Keys.SignatureOf(Algorithm)], HostKeys = [DefaultHostKey] },
    };

    /// <summary>Whether a connection has really used it, user keys apart.</summary>
    public bool IsIn(SshNegotiatedAlgorithms negotiated) => Kind switch
    {
        KeyExchange => negotiated.KeyExchange == Algorithm,
        Cipher => negotiated.CipherToServer == Algorithm && negotiated.CipherToClient == Algorithm,
        Mac => negotiated.MacToServer == Algorithm && negotiated.MacToClient == Algorithm,
        HostKey => negotiated.HostKey == Algorithm,
        _ => true,
    };
}
