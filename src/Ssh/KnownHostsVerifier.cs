using Teleport.Ssh.Keys;

namespace Teleport.Ssh;

/// <summary>Trusts servers as a known_hosts file says: pinned keys, authorities (@cert-authority) and revocations (@revoked).</summary>
/// <remarks>A server that the file does not know is refused. Immutable and thread-safe.</remarks>
/// <param name="knownHosts">The file.</param>
/// <param name="host">The name or address that was dialled, as the user wrote it.</param>
/// <param name="port">The port that was dialled.</param>
/// <param name="timeProvider">The clock; <see langword="null"/> is the system's.</param>
public sealed class KnownHostsVerifier(KnownHostsFile knownHosts, string host, int port = 22, TimeProvider? timeProvider = null) : ISshHostKeyVerifier
{
    private readonly TimeProvider _timeProvider = timeProvider ?? TimeProvider.System;
    private readonly IReadOnlyList<KnownHostsEntry> _entries = knownHosts.Match(host, port);

    /// <inheritdoc/>
    /// <exception cref="SshHostKeyException">Not trusted; the message says why, and what to do.</exception>
    public ValueTask<bool> VerifyAsync(SshHostKeyOffer offer, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(offer);
        if (Find(KnownHostsMarker.Revoked, offer.Key) is { } revoked)
            throw Refuse(offer, $"line {revoked.LineNumber} of known_hosts revokes that key");
        if (offer.Certificate is { } certificate && IsCertified(offer, certificate))
            return ValueTask.FromResult(true);
        if (Find(KnownHostsMarker.None, offer.Key) is not null)
            return ValueTask.FromResult(true);

        KnownHostsEntry? other = _entries.FirstOrDefault(entry => entry.Marker == KnownHostsMarker.None);
        throw Refuse(offer, other is null
            ? $"known_hosts does not know {host}. Compare the fingerprint with what the server's administrator tells you, then add the key"
            : $"line {other.LineNumber} of known_hosts has another key for {host}, {other.Key.Fingerprint}. Somebody may be intercepting the connection; "
                + "if the server has a new key indeed, replace that line");
    }

    /// <summary>Puts algorithms first whose keys the file has for the host, so that the server proves a key that can be verified.</summary>
    /// <param name="algorithms">Host key algorithms, such as <see cref="SshAlgorithms.HostKeys"/>.</param>
    public IReadOnlyList<string> Order(IReadOnlyList<string> algorithms)
    {
        ArgumentNullException.ThrowIfNull(algorithms);
        return [.. algorithms.OrderBy(name => IsUseful(name) ? 0 : 1)];
    }

    private bool IsUseful(string algorithm) => SshCertificate.IsCertificateType(algorithm)
        ? _entries.Any(entry => entry.Marker == KnownHostsMarker.CertificateAuthority)
        : _entries.Any(entry => entry.Marker == KnownHostsMarker.None && entry.Key.SignatureAlgorithms.Contains(algorithm));

    private bool IsCertified(SshHostKeyOffer offer, SshCertificate certificate)
    {
        if (Find(KnownHostsMarker.Revoked, certificate.SignatureKey) is { } revoked)
            throw Refuse(offer, $"line {revoked.LineNumber} of known_hosts revokes the authority of its certificate");
        if (Find(KnownHostsMarker.CertificateAuthority, certificate.SignatureKey) is null)
            return false; // the key may be pinned all the same

        SshCertificateRules rules = new()
        {
            Kind = SshCertificateKind.Host,
            Authorities = [certificate.SignatureKey],
            Now = _timeProvider.GetUtcNow(),
            Principal = host,
        };
        return rules.FindProblem(certificate) is { } problem ? throw Refuse(offer, $"of its certificate: {problem}") : true;
    }

    private KnownHostsEntry? Find(KnownHostsMarker marker, SshPublicKey key) =>
        _entries.FirstOrDefault(entry => entry.Marker == marker && entry.Key.Equals(key));

    private static SshHostKeyException Refuse(SshHostKeyOffer offer, string why) =>
        new($"The server with the host key {offer.Key.Fingerprint} is not trusted: {why}.");
}
