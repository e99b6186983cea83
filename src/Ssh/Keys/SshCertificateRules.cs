using System.Net;

namespace Teleport.Ssh.Keys;

/// <summary>What a certificate has to fulfil to be accepted here and now. All of it is checked in one place.</summary>
public sealed record SshCertificateRules
{
    /// <summary>The critical option that names a command; whoever accepts it has to run that command and no other.</summary>
    public const string ForceCommandOption = "force-command";

    /// <summary>The critical option that lists the addresses the certificate may be used from.</summary>
    public const string SourceAddressOption = "source-address";

    /// <summary>User or host.</summary>
    public required SshCertificateKind Kind { get; init; }

    /// <summary>The keys of the authorities that may sign for this kind.</summary>
    public required IReadOnlyCollection<SshPublicKey> Authorities { get; init; }

    /// <summary>The moment to check validity at.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>The login or host name that has to be among the principals, byte for byte; null skips that check.</summary>
    public required string? Principal { get; init; }

    /// <summary>
    /// Where the peer connects from, for the option source-address. Null when the caller cannot know: then a certificate with
    /// that option is refused.
    /// </summary>
    public IPAddress? RemoteAddress { get; init; }

    /// <summary>Signature algorithms accepted of authorities; null accepts all that are implemented.</summary>
    public IReadOnlyCollection<string>? AllowedAlgorithms { get; init; }

    /// <summary>
    /// Critical options besides source-address that the caller knows and enforces, for example force-command. All others refuse
    /// the certificate (H11).
    /// </summary>
    public IReadOnlyCollection<string> EnforcedOptions { get; init; } = [];

    /// <summary>Checks a certificate.</summary>
    /// <param name="certificate">The certificate, whose holder has proven the possession of the key by other means.</param>
    /// <returns>Null when it is accepted; else why not, for the log: an unauthenticated peer must not be told.</returns>
    public string? FindProblem(SshCertificate certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        if (!Authorities.Contains(certificate.SignatureKey))
            return $"it is signed by {certificate.SignatureKey.Fingerprint}, which is not a trusted {Kind} authority";
        if (certificate.Kind != Kind)
            return $"it is a {certificate.Kind} certificate where a {Kind} certificate is needed";
        if (!certificate.VerifySignature(AllowedAlgorithms))
            return $"its signature by {TextForPeople.Clean(certificate.SignatureAlgorithm)} is wrong or not allowed";
        if (!certificate.IsValidAt(Now))
            return $"it is valid from {certificate.ValidAfter:u} to {certificate.ValidBefore:u}, and now it is {Now:u}";

        return FindPrincipalProblem(certificate) ?? FindOptionProblem(certificate);
    }

    private string? FindPrincipalProblem(SshCertificate certificate)
    {
        if (Principal is null)
            return null;

        // Names that begin with '-' are placeholders of our own, never logins (H10).
        return Principal.Length > 0 && Principal[0] != '-' && certificate.Principals.Contains(Principal, StringComparer.Ordinal)
            ? null
            : $"'{TextForPeople.Clean(Principal)}' is not among its principals: {string.Join(", ", certificate.Principals.Select(p => TextForPeople.Clean(p)))}";
    }

    private string? FindOptionProblem(SshCertificate certificate)
    {
        string? unknown = certificate.CriticalOptions.Keys.FirstOrDefault(name => name != SourceAddressOption && !EnforcedOptions.Contains(name));
        if (unknown is not null)
            return $"it has the critical option '{TextForPeople.Clean(unknown)}', which is not supported";

        try
        {
            if (certificate.GetCriticalOptionString(SourceAddressOption) is not { } list)
                return null;

            return RemoteAddress is not null && SourceAddressList.Parse(list).Contains(RemoteAddress)
                ? null
                : $"it may not be used from {RemoteAddress?.ToString() ?? "an unknown address"}, only from {TextForPeople.Clean(list)}";
        }
        catch (SshProtocolException exception)
        {
            return exception.Message;
        }
    }
}
