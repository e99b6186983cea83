using System.Security.Cryptography.X509Certificates;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Pki.Authorities;
using Teleport.Pki.Identities;
using Teleport.Pki.Names;
using Teleport.Ssh.Keys;

namespace Teleport.Pki.Issuing;

/// <summary>Certifies users. Decides nothing: roles, logins and expiry are the caller's.</summary>
public static class UserCertificateIssuer
{
    /// <summary>Issues an SSH certificate and, if a TLS key was given, an X.509 certificate that says the same.</summary>
    /// <param name="authority">The user authority.</param>
    /// <param name="request">What the certificates say.</param>
    /// <exception cref="TeleportException">Code <c>invalid</c>: a key is unsupported or weak, or the identity is not of the authority's cluster.</exception>
    public static IssuedUserCertificates Issue(AuthoritySigner authority, UserCertificateRequest request)
    {
        ArgumentNullException.ThrowIfNull(authority);
        ArgumentNullException.ThrowIfNull(request);
        UserIdentity identity = request.Identity;
        if (authority.Type != AuthorityType.User || authority.ClusterName != identity.ClusterName)
        {
            throw TeleportException.Invalid(
                $"The {authority.Type} authority of {authority.ClusterName} cannot certify a user of {identity.ClusterName}.");
        }

        if (identity.UserName.Length == 0 || identity.Expires <= request.NotBefore)
            throw TeleportException.Invalid("A certificate needs a user name, and an end after its beginning.");

        SshCertificate ssh = authority.Sign(new SshCertificateRequest
        {
            Key = request.SshKey,
            Kind = SshCertificateKind.User,
            KeyId = identity.UserName,
            Principals = PrincipalsOf(identity),
            ValidAfter = request.NotBefore,
            ValidBefore = identity.Expires,
            CriticalOptions = CriticalOptionsOf(identity),
            Extensions = ExtensionsOf(identity, request.Format),
        });
        X509Certificate2? tls = request.TlsPublicKeyInfo is { } key
            ? new TlsCertificateTemplate(SubjectOf(identity), key).Issue(authority, request.NotBefore, identity.Expires)
            : null;
        return new IssuedUserCertificates(ssh, tls);
    }

    // A certificate for one other use must not open a shell, and servers of others know nothing of uses.
    private static IReadOnlyList<string> PrincipalsOf(UserIdentity identity) =>
        identity.Principals.Count > 0 && identity.Usage is null
            ? identity.Principals
            : [IdentityExtensions.NoLoginPrefix + Guid.NewGuid().ToString()];

    private static Dictionary<string, string?> CriticalOptionsOf(UserIdentity identity) =>
        identity.PinnedAddress is { } address ? new() { [SshCertificateRules.SourceAddressOption] = address } : [];

    private static Dictionary<string, string?> ExtensionsOf(UserIdentity identity, string format)
    {
        Dictionary<string, string?> extensions = [];
        AddIf(identity.PermitPty, IdentityExtensions.PermitPty, null);
        AddIf(identity.PermitPortForwarding, IdentityExtensions.PermitPortForwarding, null);
        AddIf(identity.PermitAgentForwarding, IdentityExtensions.PermitAgentForwarding, null);
        AddIf(identity.PermitX11Forwarding, IdentityExtensions.PermitX11Forwarding, null);
        if (format == UserCertificateRequest.OldSshFormat)
            return extensions;

        AddIf(true, IdentityExtensions.Cluster, identity.ClusterName);
        AddIf(true, IdentityExtensions.Roles, IdentityJson.WriteRoles(identity.Roles));
        AddIf(true, IdentityExtensions.Traits, IdentityJson.WriteTraits(identity.Traits));
        AddIf(identity.RouteToCluster.Length > 0, IdentityExtensions.RouteToCluster, identity.RouteToCluster);
        AddIf(identity.ActiveRequests.Count > 0, IdentityExtensions.ActiveRequests, IdentityJson.WriteRequests(identity.ActiveRequests));
        AddIf(
            identity.AllowedResources.Count > 0, IdentityExtensions.AllowedResources,
            identity.AllowedResources.Count > 0 ? IdentityJson.WriteResources(identity.AllowedResources) : null);
        AddIf(identity.Usage is not null, IdentityExtensions.Usage, identity.Usage);
        AddIf(identity.MfaVerified is not null, IdentityExtensions.MfaVerified, identity.MfaVerified);
        AddIf(identity.Impersonator is not null, IdentityExtensions.Impersonator, identity.Impersonator);
        AddIf(identity.DisallowReissue, IdentityExtensions.DisallowReissue, null);
        return extensions;

        void AddIf(bool condition, string name, string? value)
        {
            if (condition)
                extensions.Add(name, value);
        }
    }

    private static X500DistinguishedName SubjectOf(UserIdentity identity) => new SubjectNameBuilder()
        .AddAll(SubjectAttributes.Locality, identity.Principals)
        .Add(SubjectAttributes.PostalCode, IdentityJson.WriteTraits(identity.Traits))
        .AddIfAny(SubjectAttributes.Street, identity.RouteToCluster)
        .AddAll(SubjectAttributes.Organization, identity.Roles)
        .AddIfAny(SubjectAttributes.OrganizationalUnit, identity.Usage is null ? null : SubjectAttributes.UsagePrefix + identity.Usage)
        .Add(SubjectAttributes.CommonName, identity.UserName)
        .Add(SubjectAttributes.TeleportCluster, identity.ClusterName)
        .AddIfAny(SubjectAttributes.MfaVerified, identity.MfaVerified)
        .AddIfAny(SubjectAttributes.ClientAddress, identity.PinnedAddress)
        .AddIfAny(SubjectAttributes.Impersonator, identity.Impersonator)
        .AddAll(SubjectAttributes.ActiveRequest, identity.ActiveRequests)
        .AddAll(SubjectAttributes.AllowedResource, identity.AllowedResources)
        .AddIfAny(SubjectAttributes.DisallowReissue, identity.DisallowReissue ? "yes" : null)
        .Build();
}
