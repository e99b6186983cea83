using Teleport.Ssh.Keys;

namespace Teleport.Ssh.KeyAgent;

/// <summary>What an agent can do; the same for a client that asks another agent and for the keys of this process.</summary>
/// <remarks>Safe for concurrent use. A refusal is an <see cref="SshKeyException"/>.</remarks>
public interface ISshAgent
{
    /// <summary>The identities it holds, best first.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<IReadOnlyList<SshAgentIdentity>> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>Signs data.</summary>
    /// <param name="identity">The blob of key or certificate.</param>
    /// <param name="signatureAlgorithm">One of the key's signature algorithms.</param>
    /// <param name="data">What to sign.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The signature in its wire form: algorithm and value as strings.</returns>
    /// <exception cref="SshKeyException">The agent does not have the key, or refuses.</exception>
    ValueTask<byte[]> SignAsync(
        ReadOnlyMemory<byte> identity, string signatureAlgorithm, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default);

    /// <summary>Adds a key; one that is there already is replaced.</summary>
    /// <param name="key">The private key; the caller keeps its own.</param>
    /// <param name="certificate">Its certificate, or null.</param>
    /// <param name="comment">What to call it.</param>
    /// <param name="constraints">Limits on its use.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SshKeyException">The agent refuses.</exception>
    ValueTask AddAsync(
        SshPrivateKey key, SshCertificate? certificate, string comment, SshAgentConstraints constraints, CancellationToken cancellationToken = default);

    /// <summary>Removes an identity.</summary>
    /// <param name="identity">The blob of key or certificate.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SshKeyException">The agent does not have it, or refuses.</exception>
    ValueTask RemoveAsync(ReadOnlyMemory<byte> identity, CancellationToken cancellationToken = default);

    /// <summary>Removes all identities.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SshKeyException">The agent refuses.</exception>
    ValueTask RemoveAllAsync(CancellationToken cancellationToken = default);
}
