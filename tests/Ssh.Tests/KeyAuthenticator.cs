using Teleport.Ssh.Keys;

namespace Teleport.Ssh.Tests;

/// <summary>Lets the holders of given keys in, and remembers what it was asked.</summary>
internal sealed class KeyAuthenticator(params SshPublicKey[] keys) : ISshServerAuthenticator
{
    public List<SshAuthenticationAttempt> Attempts { get; } = [];

    public bool WantsCertificate { get; init; }

    public IReadOnlyList<string> Methods => ["publickey"];

    public ValueTask<SshAuthenticationResult> AuthenticateAsync(SshAuthenticationAttempt attempt, CancellationToken ct)
    {
        Attempts.Add(attempt);
        bool isProven = attempt.Certificate is not null || !WantsCertificate;
        return ValueTask.FromResult(isProven && attempt.PublicKey is { } key && keys.Contains(key)
            ? SshAuthenticationResult.Accept(key.Fingerprint)
            : SshAuthenticationResult.Reject());
    }
}
