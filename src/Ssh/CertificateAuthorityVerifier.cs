using Teleport.Ssh.Keys;
using Teleport.Ssh.Transport;

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
        if (certificate.Kind != SshCertificateKind.Host)
            throw Refuse(offer, "its certificate is not one for hosts");
        if (!authorities.Contains(certificate.SignatureKey))
            throw Refuse(offer, $"its certificate was signed by {certificate.SignatureKey.Fingerprint}, which is not a trusted host authority");
        if (!certificate.VerifySignature())
            throw Refuse(offer, "the signature of its certificate is wrong");
        if (!certificate.IsValidAt(_timeProvider.GetUtcNow()))
            throw Refuse(offer, $"its certificate is valid from {certificate.ValidAfter:u} to {certificate.ValidBefore:u} only");
        if (certificate.CriticalOptions.Count > 0)
            throw Refuse(offer, $"its certificate has critical options, of which none is defined for hosts: {Names(certificate.CriticalOptions.Keys)}");
        if (!certificate.Principals.Any(hostNames.Contains))
            throw Refuse(offer, $"its certificate is for {Names(certificate.Principals)}, not for {string.Join(" or ", hostNames)}");

        return ValueTask.FromResult(true);
    }

    private static string Names(IEnumerable<string> names) => PeerText.Clean(string.Join(", ", names));

    private static SshHostKeyException Refuse(SshHostKeyOffer offer, string why) =>
        new($"The server with the host key {offer.Key.Fingerprint} is not trusted: {why}.");
}
