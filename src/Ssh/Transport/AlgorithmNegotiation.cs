using Teleport.Ssh.Ciphers;
using Teleport.Ssh.Messages.Transport;

namespace Teleport.Ssh.Transport;

/// <summary>Agrees on algorithms (RFC 4253 section 7.1): of the client's list the first that the server has too.</summary>
internal static class AlgorithmNegotiation
{
    public const string StrictClient = "kex-strict-c-v00@openssh.com";
    public const string StrictServer = "kex-strict-s-v00@openssh.com";
    public const string ExtensionsClient = "ext-info-c";
    public const string ExtensionsServer = "ext-info-s";

    /// <exception cref="SshAlgorithmNegotiationException">Nothing in common; names both lists.</exception>
    public static SshNegotiatedAlgorithms Agree(KeyExchangeInitMessage client, KeyExchangeInitMessage server, bool weAreServer)
    {
        string cipherToServer = Choose("cipher from client to server", client.CiphersToServer, server.CiphersToServer);
        string cipherToClient = Choose("cipher from server to client", client.CiphersToClient, server.CiphersToClient);
        _ = Choose("compression from client to server", client.CompressionToServer, server.CompressionToServer);
        _ = Choose("compression from server to client", client.CompressionToClient, server.CompressionToClient);
        return new SshNegotiatedAlgorithms(
            Choose("key exchange", WithoutMarkers(client.KeyExchange), WithoutMarkers(server.KeyExchange)),
            Choose("host key", client.HostKeys, server.HostKeys),
            cipherToServer,
            cipherToClient,
            ChooseMac(cipherToServer, "MAC from client to server", client.MacsToServer, server.MacsToServer),
            ChooseMac(cipherToClient, "MAC from server to client", client.MacsToClient, server.MacsToClient),
            client.KeyExchange.Contains(StrictClient) && server.KeyExchange.Contains(StrictServer));

        string Choose(string kind, IReadOnlyList<string> wanted, IReadOnlyList<string> offered) =>
            wanted.FirstOrDefault(offered.Contains)
            ?? throw new SshAlgorithmNegotiationException(kind, weAreServer ? offered : wanted, weAreServer ? wanted : offered);

        string ChooseMac(string cipher, string kind, IReadOnlyList<string> wanted, IReadOnlyList<string> offered) =>
            CipherAlgorithm.Get(cipher).IsAuthenticated ? string.Empty : Choose(kind, wanted, offered);
    }

    /// <summary>Whether the peer's guessed packet, which follows its KEXINIT, is for other algorithms and must be skipped.</summary>
    public static bool IsWrongGuess(KeyExchangeInitMessage client, KeyExchangeInitMessage server) =>
        !SameFirst(client.KeyExchange, server.KeyExchange) || !SameFirst(client.HostKeys, server.HostKeys);

    private static bool SameFirst(IReadOnlyList<string> one, IReadOnlyList<string> other) =>
        one.Count > 0 && other.Count > 0 && one[0] == other[0];

    private static string[] WithoutMarkers(IReadOnlyList<string> names) =>
        [.. names.Where(name => name is not (StrictClient or StrictServer or ExtensionsClient or ExtensionsServer))];
}
