using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Api.Join.V1;
using Teleport.Auth.Audit;
using Teleport.Auth.Serving;
using Teleport.Auth.Stores;

namespace Teleport.Auth.Joining;

/// <summary>How hosts become members, and stay.</summary>
internal sealed class JoinFlow(
    JoinTokens tokens, HostRegistry hosts, HostNames names, HostCertificates certificates, AttemptStore attempts, JoinContext cluster)
{
    private static readonly SystemRole[] Joinable = [SystemRole.Proxy, SystemRole.Node, SystemRole.App, SystemRole.Db, SystemRole.Kube, SystemRole.Access];

    public async Task<Api.Join.V1.HostCertificates> JoinAsync(
        JoinRequest request, Caller? caller, string connectionAddress, CancellationToken cancellationToken)
    {
        // Only a proxy is believed when it says for whom it asks.
        bool isRelayed = caller?.Host?.Role == SystemRole.Proxy && request.RemoteAddr.Length > 0;
        string remoteAddress = isRelayed ? request.RemoteAddr : connectionAddress;
        var attempt = new JoinAttempt(request, remoteAddress);
        try
        {
            Joiner joiner = Parse(request);
            // A relaying proxy's own certificate proves nothing about the joiner.
            bool isOldSelf = !isRelayed && caller?.Host is { } host && string.Equals(host.HostId, joiner.HostId, StringComparison.Ordinal);
            GrantedNames granted = await AdmitAsync(request, joiner, isOldSelf, remoteAddress, cancellationToken);
            Api.Join.V1.HostCertificates issued = await certificates.IssueAsync(
                joiner.HostId, joiner.Role, granted, joiner.Keys, cluster.Time.GetUtcNow() + HostCertificates.MemberTtl, remoteAddress);
            await AuditAsync(attempt, error: null);
            return issued;
        }
        catch (JoinRefusedException e)
        {
            await AuditAsync(attempt, e.Message);
            throw e.ForJoiner;
        }
        catch (TeleportException e) when (e.Code is not ErrorCode.Unavailable)
        {
            await AuditAsync(attempt, e.Message);
            throw;
        }
    }

    public async Task<Api.Join.V1.HostCertificates> RenewAsync(
        RenewRequest request, HostIdentity host, string remoteAddress, CancellationToken cancellationToken)
    {
        HostKeys keys = HostKeys.Parse(request.PublicSshKey, request.PublicTlsKey);
        DateTimeOffset expires = cluster.Time.GetUtcNow() + HostCertificates.MemberTtl;
        // The node's name is among the principals of the present certificate; what else it may have is decided anew.
        var wished = new HostNamesRequest(
            host.HostId, cluster.ClusterName, host.Role, "", [.. request.AdditionalPrincipals, .. request.DnsNames], ClientAddress.IsLoopback(remoteAddress))
        {
            Present = host.Principals,
        };
        GrantedNames granted = await names.DecideAsync(wished, cancellationToken);
        string? error = await hosts.RegisterAsync(
            host.HostId, keys.Hashes, static _ => true, expires,
            static () => ValueTask.FromResult(new TokenOutcome(null, false, null, null)), cancellationToken);
        return error is null
            ? await certificates.IssueAsync(host.HostId, host.Role, granted, keys, expires, remoteAddress)
            : throw TeleportException.AccessDenied(error);
    }

    private static Joiner Parse(JoinRequest request)
    {
        if (!Guid.TryParseExact(request.HostId, "D", out Guid id) || id.ToString("D") != request.HostId)
        {
            throw TeleportException.Invalid("host_id must be a UUID in lower case, as 5f747e48-4050-485f-81d5-e2fcf61cfc24.");
        }

        if (!Enum.TryParse(request.Role, ignoreCase: false, out SystemRole role) || !Enum.IsDefined(role) || request.Role != role.ToString())
        {
            throw TeleportException.Invalid($"The role is unknown: use one of {string.Join(", ", Joinable)}.");
        }

        return Joinable.Contains(role)
            ? new Joiner(request.HostId, role, HostKeys.Parse(request.PublicSshKey, request.PublicTlsKey))
            : throw TeleportException.AccessDenied(role == SystemRole.Auth
                ? "Auth servers do not join: give each the same storage, and they are one cluster."
                : $"Nobody joins as {role}.");
    }

    private async Task<GrantedNames> AdmitAsync(
        JoinRequest request, Joiner joiner, bool isOldSelf, string remoteAddress, CancellationToken cancellationToken)
    {
        AttemptSubject subject = AttemptSubject.Joiner(ClientAddress.Of(remoteAddress));
        TokenOutcome first = await tokens.CheckAsync(request.Token, joiner.Role, cancellationToken);
        if (!first.IsLocal)
        {
            // Nobody outside can keep the roles of this process out by guessing from an address that they share, as a relaying proxy's.
            await attempts.RequireUnlockedAsync(subject, cancellationToken);
        }

        if (first.Error is { } refused)
        {
            await attempts.FailedAsync(subject);
            throw new JoinRefusedException(refused, NotValid(joiner.Role));
        }

        GrantedNames granted = await names.DecideAsync(
            new HostNamesRequest(
                joiner.HostId, cluster.ClusterName, joiner.Role, request.NodeName, [.. request.AdditionalPrincipals, .. request.DnsNames],
                first.IsLocal || ClientAddress.IsLoopback(remoteAddress)),
            cancellationToken);
        bool IsProven(TokenOutcome token) => isOldSelf || (token.IsLocal && joiner.HostId == cluster.OwnHostId);
        string? error = await hosts.RegisterAsync(
            joiner.HostId, joiner.Keys.Hashes, IsProven, cluster.Time.GetUtcNow() + HostCertificates.MemberTtl,
            () => tokens.CheckAsync(request.Token, joiner.Role, cancellationToken), cancellationToken);
        return error is null ? granted
            : error == HostRegistry.TakenId ? throw new JoinRefusedException(error, TeleportException.Conflict(
                $"The host id {joiner.HostId} belongs to another host. If this machine was copied from another, or lost its identity, " +
                "remove host_uuid from its data folder and start again."))
            : throw new JoinRefusedException(error, NotValid(joiner.Role));
    }

    private static TeleportException NotValid(SystemRole role) => TeleportException.AccessDenied(
        $"The token is not valid for this role or expired. Make one by: tctl tokens add --type={role.ToString().ToLowerInvariant()}");

    private Task AuditAsync(JoinAttempt attempt, string? error) => cluster.Audit.EmitAsync(new InstanceJoinEvent
    {
        HostId = Shorten(attempt.Request.HostId),
        NodeName = Shorten(attempt.Request.NodeName),
        Role = Shorten(attempt.Request.Role),
        MaskedToken = TokenStore.Mask(attempt.Request.Token),
        Success = error is null,
        Error = error,
        RemoteAddress = attempt.RemoteAddress,
    });

    private static string Shorten(string text) => text.Length <= ResourceMetadata.MaxNameLength ? text : text[..ResourceMetadata.MaxNameLength] + "...";

    private sealed record Joiner(string HostId, SystemRole Role, HostKeys Keys);

    private sealed record JoinAttempt(JoinRequest Request, string RemoteAddress);

    /// <summary>Carries two texts: what was wrong, for the audit log, and what the joiner hears.</summary>
    private sealed class JoinRefusedException(string message, TeleportException forJoiner) : Exception(message)
    {
        public TeleportException ForJoiner { get; } = forJoiner;
    }
}

/// <summary>What joining needs to know of the cluster.</summary>
internal sealed record JoinContext(string ClusterName, string OwnHostId, AuditPipeline Audit, TimeProvider Time);
