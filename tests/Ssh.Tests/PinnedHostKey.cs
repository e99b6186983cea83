using Teleport.Ssh.Keys;

namespace Teleport.Ssh.Tests;

/// <summary>Trusts one host key.</summary>
internal sealed class PinnedHostKey(SshPublicKey key) : ISshHostKeyVerifier
{
    public ValueTask<bool> VerifyAsync(SshHostKeyOffer offer, CancellationToken ct) => ValueTask.FromResult(offer.Key.Equals(key));
}
