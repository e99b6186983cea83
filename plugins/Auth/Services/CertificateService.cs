using Grpc.Core;
using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Access;
using Teleport.Access.Requests;
using Teleport.Api.Certificates.V1;
using Teleport.Auth.Logins;
using Teleport.Auth.Requests;
using Teleport.Auth.Serving;
using Teleport.Auth.Startup;
using Teleport.Auth.Stores;
using Teleport.Pki;
using Teleport.Pki.Issuing;
using Teleport.Ssh.Keys;

namespace Teleport.Auth.Services;

/// <summary>Certificates for those who hold one already.</summary>
internal sealed class CertificateService(
    Guard guard, UserStore users, RoleStore roles, Logins.UserCertificates certificates, ClusterAuthorities authorities, LiveGrants grants, LoginContext cluster)
    : Api.Certificates.V1.CertificateService.CertificateServiceBase
{
    private static readonly TimeSpan LongestHostTtl = TimeSpan.FromDays(3650);
    private static readonly TimeSpan DefaultHostTtl = TimeSpan.FromDays(365);

    public override async Task<Api.Login.V1.UserCertificates> IssueUser(IssueUserRequest request, ServerCallContext context)
    {
        Caller caller = context.GetCaller();
        if (request.TtlSeconds is < 0 or > 366L * 24 * 3600)
        {
            throw TeleportException.Invalid("The life of a certificate must be a positive number of seconds, at most a year.");
        }

        CertifiedKeys keys = CertifiedKeys.Parse(request.SshPublicKey, request.TlsPublicKey, request.CertificateFormat, rolesWantOldFormat: false);
        UserIdentity identity = caller.User is { } self
            ? await ForSelfAsync(request, self, context)
            : await ForOtherAsync(request, context.CancellationToken);
        return await certificates.IssueAsync(identity, keys, caller, caller.RemoteAddress);
    }

    public override async Task<IssueHostResponse> IssueHost(IssueHostRequest request, ServerCallContext context)
    {
        Caller caller = context.GetCaller();
        if (request.Principals.Count is 0 or > 32 || request.Principals.Any(static p => !IsPrincipal(p)))
        {
            throw TeleportException.Invalid("A host certificate needs 1 to 32 names or addresses without wildcards, as foo.example.com.");
        }

        TimeSpan ttl = request.TtlSeconds == 0 ? DefaultHostTtl : TimeSpan.FromSeconds(Math.Clamp(request.TtlSeconds, 60, (long)LongestHostTtl.TotalSeconds));
        DateTimeOffset expires = cluster.Time.GetUtcNow() + ttl;
        AuthoritySnapshot current = authorities.Current;
        // No host id and no X.509 certificate: it is for an SSH server that is no member and may call nothing.
        SshCertificate issued = HostCertificateIssuer.IssueForNames(
            current.HostSigner, CertifiedKeys.ParseSsh(request.SshPublicKey), [.. request.Principals], cluster.Time.GetUtcNow() - CertificateTimes.Skew, expires);
        await cluster.Audit.EmitAsync(new CertificateCreatedEvent
        {
            User = caller.Name,
            RemoteAddress = caller.RemoteAddress,
            CertificateType = "host",
            Identity = new CertificateIdentity { User = request.Principals[0], Logins = [.. request.Principals], Expires = expires },
        });
        return new IssueHostResponse { SshCertificate = issued.ToAuthorizedKeysLine(), SshCaKeys = { current.HostSshLines } };
    }

    public override async Task<ExportAuthoritiesResponse> ExportAuthorities(ExportAuthoritiesRequest request, ServerCallContext context)
    {
        ResourceGrant grant = await guard.RequireAsync(context, ResourceKinds.CertAuthority, Verbs.ReadNoSecrets);
        if (request.WithPrivateKeys && grant.Caller.Host?.Role != SystemRole.Admin)
        {
            await guard.DenyAsync(grant.Caller, ResourceKinds.CertAuthority, Verbs.Read);
            throw TeleportException.AccessDenied("Private keys of authorities are exported by the administrator on the auth server's own host only.");
        }

        AuthoritySnapshot current = authorities.Current;
        CertAuthority[] chosen = request.Type switch
        {
            "" => [current.User, current.Host],
            "user" => [current.User],
            "host" => [current.Host],
            _ => throw TeleportException.Invalid("The type of authority is unknown: use user or host."),
        };
        if (request.WithPrivateKeys)
        {
            foreach (CertAuthority authority in chosen)
            {
                await cluster.Audit.EmitAsync(new AuthorityExportedEvent
                {
                    User = grant.Caller.Name, RemoteAddress = grant.Caller.RemoteAddress, Name = authority.Metadata.Name,
                });
            }
        }

        return new ExportAuthoritiesResponse { Authorities = { chosen.Select(a => Export(a, request.WithPrivateKeys)) } };
    }

    /// <summary>Never longer, and never more, than what the caller holds; what the roles of today do not give is gone.</summary>
    private async Task<UserIdentity> ForSelfAsync(IssueUserRequest request, UserIdentity self, ServerCallContext context)
    {
        if (request.UserName.Length > 0 && request.UserName != self.UserName)
        {
            await guard.DenyAsync(context.GetCaller(), ResourceKinds.User, "impersonate");
            throw TeleportException.AccessDenied("Certificates for another user are issued by the administrator on the auth server's own host: tctl auth sign.");
        }

        if (self.DisallowReissue)
        {
            throw TeleportException.AccessDenied("This certificate may not be exchanged for another. Log in again.");
        }

        if (await users.FindAsync(self.UserName, context.CancellationToken) is not { } user)
        {
            throw new TeleportException(ErrorCode.Unauthenticated, "The user of this certificate is not there any more. Log in again.");
        }

        DateTimeOffset now = cluster.Time.GetUtcNow();
        GrantedAccess granted = await GrantedAsync(request, self, context);
        // Of the roles held those stay that are the user's own; requests are counted anew.
        UserIdentity held = self with
        {
            Roles = [.. self.Roles.Intersect(user.Spec.Roles, StringComparer.Ordinal).Union(granted.Roles, StringComparer.Ordinal)],
            ActiveRequests = granted.Ids,
            AllowedResources = granted.Resources,
        };
        RoleSet set = await roles.ResolveAsync(held, context.CancellationToken);
        TimeSpan left = (granted.Until is { } until && until < self.Expires ? until : self.Expires) - now;
        TimeSpan ttl = CertificateRules.Ttl(set, request.TtlSeconds == 0 ? left : TimeSpan.FromSeconds(request.TtlSeconds), left);
        ttl = granted.SessionTtl is { } longest && longest < ttl ? longest : ttl;
        UserIdentity next = certificates.Identify(set, now + (ttl < left ? ttl : left), request.RouteToCluster, self.PinnedAddress);
        RoleSet added = await roles.ResolveAsync(held with { Roles = granted.Roles }, context.CancellationToken);
        return next with
        {
            Principals = [.. next.Principals.Intersect(self.Principals.Union(Access.Logins.AllowedBy(added), StringComparer.Ordinal), StringComparer.Ordinal)],
            PinnedAddress = self.PinnedAddress ?? next.PinnedAddress,
        };
    }

    /// <summary>What requests give: those of the present certificate and new ones, without those that are to be left out. One that is over is refused, not forgotten.</summary>
    private async Task<GrantedAccess> GrantedAsync(IssueUserRequest request, UserIdentity self, ServerCallContext context)
    {
        IEnumerable<string> kept = request.DropAccessRequests.Contains("*")
            ? []
            : self.ActiveRequests.Except(request.DropAccessRequests, StringComparer.Ordinal);
        try
        {
            return await grants.RequireAsync(self.UserName, [.. kept.Concat(request.AccessRequests)], context.CancellationToken);
        }
        catch (TeleportException e) when (e.Code == ErrorCode.AccessDenied)
        {
            await guard.DenyAsync(context.GetCaller(), ResourceKinds.AccessRequest, Verbs.Use);
            throw;
        }
    }

    private async Task<UserIdentity> ForOtherAsync(IssueUserRequest request, CancellationToken cancellationToken)
    {
        if (request.AccessRequests.Count > 0)
        {
            throw TeleportException.Invalid("Access requests are used by their own user only: tsh login --request-id=ID.");
        }

        if (request.UserName.StartsWith(AccessPluginSettings.UserPrefix, StringComparison.Ordinal))
        {
            throw TeleportException.Invalid("Access plugins get their certificates from the auth service by their host; none is issued by hand.");
        }

        User user = await users.FindAsync(request.UserName, cancellationToken) ?? throw ResourceStore.NotFound(ResourceKinds.User, request.UserName);
        DateTimeOffset now = cluster.Time.GetUtcNow();
        RoleSet set = await roles.ResolveAsync(Identities.Of(user, cluster.ClusterName, now), cancellationToken);
        AuthPreferenceSpec preference = await cluster.Settings.AuthPreferenceAsync(cancellationToken);
        TimeSpan? wished = request.TtlSeconds == 0 ? null : TimeSpan.FromSeconds(request.TtlSeconds);
        TimeSpan ttl = CertificateRules.Ttl(set, wished, Durations.Parse(preference.DefaultSessionTtl, "default_session_ttl") ?? TimeSpan.FromHours(12));
        return certificates.Identify(set, now + ttl, request.RouteToCluster, loginAddress: null);
    }

    private static ExportedAuthority Export(CertAuthority authority, bool withPrivateKeys)
    {
        var exported = new ExportedAuthority
        {
            Type = ResourceNames.Of(authority.Spec.Type),
            ClusterName = authority.Spec.ClusterName,
            SshKeys = { AuthoritySnapshot.SshKeys(authority).Select(static k => k.PublicKey) },
            TlsCertificates = { AuthoritySnapshot.TlsKeys(authority).Select(static k => k.Certificate) },
        };
        if (withPrivateKeys)
        {
            exported.SshPrivateKeys.Add(AuthoritySnapshot.SshKeys(authority).Select(static k => k.PrivateKey).OfType<string>());
            exported.TlsPrivateKeys.Add(AuthoritySnapshot.TlsKeys(authority).Select(static k => k.PrivateKey).OfType<string>());
        }

        return exported;
    }

    private static bool IsPrincipal(string name) =>
        name.Length is > 0 and <= 253 && name[0] != '-' && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or ':');
}
