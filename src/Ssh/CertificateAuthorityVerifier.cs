using Teleport.Ssh.Keys;

namespace Teleport.Ssh;

/// <summary>Trusts servers whose host certificate was signed by one of given authorities for the name that was dialled.</summary>
/// <remarks>Plain keys are never trusted. Immutable and thread-safe.</remarks>
/// <param name="authorities">The public keys of the host authorities.</param>
/// <param name="hostNames">The names of which one must be a principal of the certificate, byte for byte.</param>
/// <param name="timeProvider">The clock; <see langword="null"/> is the system's.</param>
public sealed class CertificateAuthorityVerifier(
    IReadOnlyCollection<SshPublicKey> authorities, IReadOnlyCollection<string> hostNames, TimeProvider? timeProvider = null) : ISshHostKeyVerifier
{
    private readonly TimeProvider _timeProvider = timeProvider ?? TimeProvider.System;

    /// <inheritdoc/>
    /// <exception cref="SshHostKeyException">Not trusted; the message says which check failed.</exception>
    public ValueTask<bool> VerifyAsync(SshHostKeyOffer offer, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(offer);
        if (offer.Certificate is not { } certificate)
            throw Refuse(offer, "it has no certificate, and plain host keys are not trusted here");

        string problem = "no host name was given to check it against";
        foreach (string name in hostNames)
        {
            SshCertificateRules rules = new()
            {
                Kind = SshCertificateKind.Host,
                Authorities = authorities,
                Now = _timeProvider.GetUtcNow(),
                Principal = name,
            };
            if (rules.FindProblem(certificate) is not { } found)
                return ValueTask.FromResult(true);

            problem = found;
        }

        throw Refuse(offer, $"of its certificate: {problem}");
    }

    private static SshHostKeyException Refuse(SshHostKeyOffer offer, string why) =>
        new($"The server with the host key {offer.Key.Fingerprint} is not trusted: {why}.");
}
