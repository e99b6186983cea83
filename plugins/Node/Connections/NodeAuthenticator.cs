using System.Globalization;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Security;
using Teleport.Agent;
using Teleport.Node.Processes;
using Teleport.Pki.Identities;
using Teleport.Ssh;
using Teleport.Ssh.Keys;

namespace Teleport.Node.Connections;

/// <summary>Lets in who proves a user certificate of the cluster whose roles allow the login. One for each connection.</summary>
internal sealed partial class NodeAuthenticator(NodeContext context, AccessGate gate, ConnectionOrigin origin, EventStamp stamp) : ISshServerAuthenticator
{
    private static readonly string[] PublicKeyOnly = ["publickey"];
    private readonly ILogger _logger = context.Loggers.CreateLogger<NodeAuthenticator>();

    public IReadOnlyList<string> Methods => PublicKeyOnly;

    public async ValueTask<SshAuthenticationResult> AuthenticateAsync(SshAuthenticationAttempt attempt, CancellationToken ct)
    {
        if (attempt.Method != "publickey" || attempt.Certificate is not { } certificate)
        {
            // Clients try their plain keys first as a matter of course.
            LogNoCertificate(attempt.UserName, origin.Remote?.ToString(), attempt.Method);
            return SshAuthenticationResult.Reject();
        }

        ClusterSnapshot cluster = context.Cluster();
        bool isOurs = certificate.Kind == SshCertificateKind.User && cluster.UserAuthorities.FindCluster(certificate.SignatureKey) is not null;
        if (attempt.Kind == SshAuthenticationKind.Query)
        {
            // Nothing is proven yet, so nothing is told and nothing is kept: a certificate that may be wrong is asked to be proven, and then judged.
            return isOurs ? SshAuthenticationResult.Accept(this) : SshAuthenticationResult.Reject();
        }

        try
        {
            return await AdmitAsync(certificate, attempt.UserName, cluster, ct);
        }
        catch (TeleportException refusal) when (refusal.Code is ErrorCode.Unauthenticated or ErrorCode.AccessDenied)
        {
            // Who holds a certificate of ours may know what is wrong with it; everybody else is told nothing.
            string reason = refusal.Code == ErrorCode.Unauthenticated ? $"{refusal.Message} Log in again: tsh login" : refusal.Message;
            return Refuse(certificate, attempt.UserName, reason, isOurs);
        }
    }

    private async ValueTask<SshAuthenticationResult> AdmitAsync(SshCertificate certificate, string login, ClusterSnapshot cluster, CancellationToken cancellationToken)
    {
        var verifier = new UserSshCertificateVerifier(cluster.UserAuthorities, context.Time)
        {
            EnforcedOptions = [SshCertificateRules.ForceCommandOption],
        };
        UserIdentity identity = verifier.Verify(certificate, login: null, origin.Remote?.Address);
        stamp.User = identity.UserName;
        stamp.Impersonator = identity.Impersonator;
        stamp.Login = login;
        stamp.AccessRequests = identity.ActiveRequests.Count > 0 ? identity.ActiveRequests : null;
        await GrantWatch.WaitUntilHeardAsync(identity, context.Cluster, context.Time, cancellationToken);
        (NodeGrant? grant, string? refusal) = gate.Check(identity, login, origin.Remote);
        LocalUser? user = null;
        if (grant is not null)
        {
            (user, refusal) = gate.FindUser(login);
        }

        return grant is null || user is null
            ? throw TeleportException.AccessDenied(refusal!)
            : SshAuthenticationResult.Accept(new AuthenticatedUser(identity, grant, user, ForcedCommand(certificate)));
    }

    private static string? ForcedCommand(SshCertificate certificate)
    {
        try
        {
            return certificate.GetCriticalOptionString(SshCertificateRules.ForceCommandOption);
        }
        catch (SshProtocolException e)
        {
            throw TeleportException.AccessDenied($"The certificate's option {SshCertificateRules.ForceCommandOption} cannot be read: {e.Message}");
        }
    }

    private SshAuthenticationResult Refuse(SshCertificate certificate, string login, string reason, bool isOurs)
    {
        NodeMetrics.RefusedLogins.Add(1);
        LogRefused(login, origin.Remote?.ToString(), certificate.Serial.ToString(CultureInfo.InvariantCulture), reason);
        stamp.Login = login;
        // The name in a certificate of a stranger's is anybody's claim.
        stamp.Emit(new AuthFailedEvent { Error = reason, User = isOurs ? certificate.KeyId : null });
        stamp.User = null;
        return SshAuthenticationResult.Reject(isOurs ? reason + "\r\n" : null);
    }

    [LoggerMessage(4010, LogLevel.Debug, "A login as {Login} from {Remote} was not by certificate ({Method}); only user certificates are accepted.")]
    private partial void LogNoCertificate(string login, string? remote, string method);

    [LoggerMessage(4011, LogLevel.Information, "Refused a login as {Login} from {Remote} with the certificate {Serial}: {Reason}")]
    private partial void LogRefused(string login, string? remote, string serial, string reason);
}
