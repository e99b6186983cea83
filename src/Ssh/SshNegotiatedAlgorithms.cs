namespace Teleport.Ssh;

/// <summary>The algorithms that both sides agreed on. MACs are empty where the cipher authenticates by itself.</summary>
/// <param name="KeyExchange">Key exchange method.</param>
/// <param name="HostKey">Host key algorithm.</param>
/// <param name="CipherToServer">Cipher from client to server.</param>
/// <param name="CipherToClient">Cipher from server to client.</param>
/// <param name="MacToServer">MAC from client to server.</param>
/// <param name="MacToClient">MAC from server to client.</param>
/// <param name="StrictKeyExchange">Whether both sides follow strict key exchange (the defence against prefix truncation).</param>
public sealed record SshNegotiatedAlgorithms(
    string KeyExchange,
    string HostKey,
    string CipherToServer,
    string CipherToClient,
    string MacToServer,
    string MacToClient,
    bool StrictKeyExchange);
