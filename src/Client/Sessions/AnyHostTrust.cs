using Teleport.Ssh;

namespace Teleport.Client.Sessions;

/// <summary>Trusts every host, as the user asked by <c>-o StrictHostKeyChecking=no</c>; says so.</summary>
internal sealed class AnyHostTrust(string host, TextWriter warnings) : ISshHostKeyVerifier
{
    public async ValueTask<bool> VerifyAsync(SshHostKeyOffer offer, CancellationToken ct)
    {
        await warnings.WriteLineAsync($"warning: the host key of {host} ({offer.Key.Fingerprint}) is not checked, since StrictHostKeyChecking=no was given");
        return true;
    }
}
