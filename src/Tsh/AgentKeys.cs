using System.Net.Sockets;
using Teleport.Client.Profiles;
using Teleport.Pki.Files;
using Teleport.Ssh;
using Teleport.Ssh.KeyAgent;
using Teleport.Ssh.Keys;

namespace Teleport.Tsh;

/// <summary>Gives keys to the user's key agent, and takes them back.</summary>
internal static class AgentKeys
{
    /// <summary>Gives a login's key to the agent, until its certificate ends.</summary>
    /// <param name="profile">The login.</param>
    /// <param name="identity">Its key and certificate.</param>
    /// <param name="isWanted">Whether a missing or refusing agent is worth a warning.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task AddAsync(Profile profile, IdentityFile identity, bool isWanted, CancellationToken cancellationToken)
    {
        string? problem = null;
        try
        {
            await using SshAgentClient? agent = await SshAgentClient.TryConnectAsync(cancellationToken);
            if (agent is null)
            {
                problem = "SSH_AUTH_SOCK names no agent";
            }
            else
            {
                TimeSpan? life = identity.SshCertificate!.ValidBefore - TimeProvider.System.GetUtcNow();
                using SshPrivateKey key = identity.OpenSshKey();
                await agent.AddAsync(key, identity.SshCertificate, $"teleport:{profile.User}", new SshAgentConstraints { Lifetime = life }, cancellationToken);
            }
        }
        catch (Exception e) when (e is SshException or SocketException or IOException)
        {
            problem = e.Message;
        }

        if (isWanted && problem is not null)
        {
            await Console.Error.WriteLineAsync($"warning: the key agent did not take the certificate: {Names.Printable(problem)}");
        }
    }

    /// <summary>Takes a login's key from the agent, if there is one.</summary>
    public static async Task RemoveAsync(SshPublicKey key, CancellationToken cancellationToken)
    {
        try
        {
            await using SshAgentClient? agent = await SshAgentClient.TryConnectAsync(cancellationToken);
            foreach (SshAgentIdentity held in agent is null ? [] : await agent.ListAsync(cancellationToken))
            {
                if (held.PublicKey.Equals(key))
                {
                    await agent!.RemoveAsync(held.Blob, cancellationToken);
                }
            }
        }
        catch (Exception e) when (e is SshException or SocketException or IOException)
        {
            // An agent that is gone holds no key; one that refuses drops it when the certificate ends.
        }
    }
}
