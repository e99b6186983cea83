using System.Net;
using Teleport.Abstractions.Resources;
using Teleport.Abstractions.Security;
using Teleport.Access;
using Teleport.Agent;
using Teleport.Node.Native;
using Teleport.Node.Processes;

namespace Teleport.Node.Connections;

/// <summary>Says whether a user may use this node by a login, as of now. Asked at the login and again for each channel.</summary>
internal sealed class AccessGate(NodeContext context)
{
    private const int MaxNoticeBytes = 4096;
    private static readonly string[] NoLoginFiles = ["/etc/nologin", "/run/nologin"];

    /// <summary>Asks the roles as they are now.</summary>
    /// <returns>The grant, or why not, for the user to read.</returns>
    public (NodeGrant? Grant, string? Refusal) Check(UserIdentity identity, string login, IPEndPoint? remote)
    {
        ClusterSnapshot cluster = context.Cluster();
        Server self = context.Self();
        string denied = $"access denied to {login} connecting to {self.Spec.Hostname} on cluster {cluster.ClusterName}";
        if (identity.ClusterName != cluster.ClusterName)
        {
            return (null, $"{denied}: your certificate is for the cluster {identity.ClusterName}");
        }

        if (identity.Usage is { } usage)
        {
            return (null, $"{denied}: your certificate is good for {usage} only. Log in again without that restriction");
        }

        if (context.Time.GetUtcNow() >= identity.Expires)
        {
            return (null, $"{denied}: your certificate expired at {identity.Expires:u}. Log in again: tsh login");
        }

        if (cluster.EndedGrant(identity, context.Time.GetUtcNow()) is { } ended)
        {
            return (null, $"{denied}: {ended}");
        }

        RoleSet roles = RoleSet.Resolve(identity, cluster.FindRole);
        AccessDecision<NodeGrant> decision = NodeAccess.Check(
            Caller.Of(identity, remote?.ToString()), roles, self, login, cluster.AuthPreference, cluster.Networking);
        if (!decision.IsAllowed)
        {
            return (null, decision.Reason);
        }

        // What the roles allow now may be more than when the certificate was issued.
        return identity.Principals.Contains(login, StringComparer.Ordinal)
            ? (decision.Grant, null)
            : (null, $"{denied}: your certificate does not name the login {login}, only {string.Join(", ", identity.Principals)}. Log in again: tsh login");
    }

    /// <summary>Whether the operating system has the login and this process can become it.</summary>
    /// <returns>The user, or why not, for somebody whose access has been granted.</returns>
    public (LocalUser? User, string? Refusal) FindUser(string login)
    {
        string host = context.Self().Spec.Hostname;
        if (LocalUser.Find(login) is not { } user)
        {
            return (null, $"The login {login} does not exist on {host}. Ask the administrator of that host to create it.");
        }

        uint self = LibC.geteuid();
        if (self != 0 && user.UserId != self)
        {
            return (null, $"The node on {host} runs without root, as {Environment.UserName}, and can serve that login only, not {login}.");
        }

        return user.UserId != 0 && NoLoginNotice() is { } notice ? (null, notice) : (user, null);
    }

    /// <summary>What an administrator tells users who cannot log in now; <c>null</c>: they can.</summary>
    private static string? NoLoginNotice()
    {
        foreach (string path in NoLoginFiles.Where(File.Exists))
        {
            try
            {
                using FileStream file = File.OpenRead(path);
                var buffer = new byte[MaxNoticeBytes];
                string text = System.Text.Encoding.UTF8.GetString(buffer, 0, file.ReadAtLeast(buffer, MaxNoticeBytes, throwOnEndOfStream: false)).Trim();
                return text.Length == 0 ? $"Logins are closed at the moment ({path})." : text;
            }
            catch (IOException)
            {
                // It is there, so logins are closed, whatever it says.
                return $"Logins are closed at the moment ({path}).";
            }
        }

        return null;
    }
}
