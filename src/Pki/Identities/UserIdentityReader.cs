using System.Security.Cryptography.X509Certificates;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Security;
using Teleport.Pki.Names;
using Teleport.Ssh;
using Teleport.Ssh.Keys;

namespace Teleport.Pki.Identities;

/// <summary>Reads what user certificates say. Proves nothing: whoever received the certificate from a peer uses a verifier.</summary>
public static class UserIdentityReader
{
    /// <summary>Reads an SSH certificate of ours.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="authorityCluster">The cluster of the authority that signed, which must agree; null trusts the certificate's own word.</param>
    /// <exception cref="TeleportException">Code <c>unauthenticated</c>: it is not a user certificate of ours, or malformed.</exception>
    public static UserIdentity FromSsh(SshCertificate certificate, string? authorityCluster = null)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        if (certificate.Kind != SshCertificateKind.User || certificate.KeyId.Length == 0)
            throw CertificateRefused.Because("it is not a user certificate, or names no user");

        try
        {
            string roles = certificate.GetExtensionString(IdentityExtensions.Roles)
                ?? throw CertificateRefused.Because("it has no roles: certificates in the format oldssh are good for plain OpenSSH servers only");
            return new UserIdentity
            {
                UserName = certificate.KeyId,
                ClusterName = CertificateRefused.Agree(certificate.GetExtensionString(IdentityExtensions.Cluster), authorityCluster),
                Roles = IdentityJson.ReadRoles(roles),
                Traits = certificate.GetExtensionString(IdentityExtensions.Traits) is { } traits
                    ? IdentityJson.ReadTraits(traits)
                    : new Dictionary<string, IReadOnlyList<string>>(),
                Principals = certificate.Principals,
                RouteToCluster = certificate.GetExtensionString(IdentityExtensions.RouteToCluster) ?? "",
                ActiveRequests = certificate.GetExtensionString(IdentityExtensions.ActiveRequests) is { } requests ? IdentityJson.ReadRequests(requests) : [],
                AllowedResources = certificate.GetExtensionString(IdentityExtensions.AllowedResources) is { } resources ? IdentityJson.ReadResources(resources) : [],
                Usage = certificate.GetExtensionString(IdentityExtensions.Usage),
                Impersonator = certificate.GetExtensionString(IdentityExtensions.Impersonator),
                MfaVerified = certificate.GetExtensionString(IdentityExtensions.MfaVerified),
                PinnedAddress = certificate.GetCriticalOptionString(SshCertificateRules.SourceAddressOption),
                DisallowReissue = certificate.Extensions.ContainsKey(IdentityExtensions.DisallowReissue),
                PermitPty = certificate.Extensions.ContainsKey(IdentityExtensions.PermitPty),
                PermitPortForwarding = certificate.Extensions.ContainsKey(IdentityExtensions.PermitPortForwarding),
                PermitAgentForwarding = certificate.Extensions.ContainsKey(IdentityExtensions.PermitAgentForwarding),
                PermitX11Forwarding = certificate.Extensions.ContainsKey(IdentityExtensions.PermitX11Forwarding),
                Expires = certificate.ValidBefore ?? DateTimeOffset.MaxValue,
            };
        }
        catch (SshProtocolException exception)
        {
            throw CertificateRefused.Because("an extension is malformed", exception);
        }
    }

    /// <summary>Reads an X.509 certificate of ours.</summary>
    /// <remarks>It does not say what may be forwarded: those properties keep their defaults.</remarks>
    /// <param name="certificate">The certificate.</param>
    /// <param name="authorityCluster">The cluster of the authority that signed, which must agree; null trusts the certificate's own word.</param>
    /// <exception cref="TeleportException">Code <c>unauthenticated</c>: it is not a user certificate of ours, or malformed.</exception>
    public static UserIdentity FromX509(X509Certificate2 certificate, string? authorityCluster = null)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        SubjectName subject = SubjectName.Read(certificate.SubjectName);
        return new UserIdentity
        {
            UserName = subject.Single(SubjectAttributes.CommonName) ?? throw CertificateRefused.Because("it names no user"),
            ClusterName = CertificateRefused.Agree(subject.Single(SubjectAttributes.TeleportCluster), authorityCluster),
            Roles = subject.All(SubjectAttributes.Organization),
            Traits = subject.Single(SubjectAttributes.PostalCode) is { } traits
                ? IdentityJson.ReadTraits(traits)
                : new Dictionary<string, IReadOnlyList<string>>(),
            Principals = subject.All(SubjectAttributes.Locality),
            RouteToCluster = subject.Single(SubjectAttributes.Street) ?? "",
            ActiveRequests = subject.All(SubjectAttributes.ActiveRequest),
            AllowedResources = subject.All(SubjectAttributes.AllowedResource),
            Usage = UsageOf(subject.Single(SubjectAttributes.OrganizationalUnit)),
            Impersonator = subject.Single(SubjectAttributes.Impersonator),
            MfaVerified = subject.Single(SubjectAttributes.MfaVerified),
            PinnedAddress = subject.Single(SubjectAttributes.ClientAddress),
            DisallowReissue = subject.Single(SubjectAttributes.DisallowReissue) is not null,
            Expires = new DateTimeOffset(certificate.NotAfter),
        };
    }

    // An organizational unit limits the certificate; one that is not understood must not widen it.
    private static string? UsageOf(string? unit) =>
        unit is null || (unit.StartsWith(SubjectAttributes.UsagePrefix, StringComparison.Ordinal) && unit.Length > SubjectAttributes.UsagePrefix.Length)
            ? unit?[SubjectAttributes.UsagePrefix.Length..]
            : throw CertificateRefused.Because($"its organizational unit \"{unit}\" is not a usage");
}
