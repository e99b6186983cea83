using System.Net;
using Teleport.Abstractions.Errors;
using Teleport.Abstractions.Security;
using Teleport.Agent;
using Teleport.Pki.Identities;
using Teleport.Proxy.Configuration;
using Teleport.Ssh;
using Teleport.Ssh.Keys;

namespace Teleport.Proxy.SshGateway;

/// <summary>Lets in users with a certificate of the cluster, and agents with one of theirs. One instance a connection.</summary>
/// <remarks>
/// Any login name will do for users: it is that of the node, which checks it. The kind of the certificate decides who comes, and what
/// the connection's port or protocol serves decides whether that is welcome.
/// </remarks>
internal sealed class GatewayAuthenticator(
    Func<ClusterSnapshot> cluster, ListenerServices services, IPEndPoint client, TimeProvider time) : ISshServerAuthenticator
{
    private static readonly string[] PublicKeyOnly = ["publickey"];

    public IReadOnlyList<string> Methods => PublicKeyOnly;

    /// <summary>Why the last certificate was refused, for audit; <c>null</c>: none was.</summary>
    public string? LastRefusal { get; private set; }

    /// <summary>The user or host that the refused certificate names, unproven.</summary>
    public string? LastRefusedName { get; private set; }

    /// <summary>The login that was asked for.</summary>
    public string? LastLogin { get; private set; }

    public ValueTask<SshAuthenticationResult> AuthenticateAsync(SshAuthenticationAttempt attempt, CancellationToken ct)
    {
        LastLogin = attempt.UserName;
        if (attempt.Certificate is not { } certificate)
        {
            // Clients offer all their keys; plain ones say nothing of anybody.
            return ValueTask.FromResult(SshAuthenticationResult.Reject());
        }

        try
        {
            Caller caller = certificate.Kind == SshCertificateKind.Host ? AgentOf(certificate, attempt.UserName) : UserOf(certificate);
            return ValueTask.FromResult(SshAuthenticationResult.Accept(caller));
        }
        catch (TeleportException e)
        {
            LastRefusal = e.Message;
            LastRefusedName = certificate.KeyId;
            // Reaches somebody who has proven nothing: no reasons but that the time is up, which their own tools show them too.
            bool expired = certificate.ValidBefore is { } end && end <= time.GetUtcNow();
            return ValueTask.FromResult(SshAuthenticationResult.Reject(expired ? "Your certificate has expired. Run: tsh login\n" : null));
        }
    }

    private Caller UserOf(SshCertificate certificate)
    {
        if (!services.HasFlag(ListenerServices.Ssh))
        {
            throw Refused("users log in at the SSH port 3023, this is the port of tunnels");
        }

        ClusterSnapshot snapshot = cluster();
        UserIdentity user = new UserSshCertificateVerifier(snapshot.UserAuthorities, time).Verify(certificate, login: null, client.Address);
        if (user.ClusterName != snapshot.ClusterName)
        {
            throw Refused($"it is of the cluster {user.ClusterName}, and this is {snapshot.ClusterName}");
        }

        if (user.Usage is { } usage)
        {
            throw Refused($"it is good for {usage} only");
        }

        if (user.PinnedAddress is { } pinned && !(IPAddress.TryParse(pinned, out IPAddress? address) && address.Equals(Plain(client.Address))))
        {
            throw Refused($"it is bound to the address {pinned}, and the client is at {client.Address}");
        }

        return Caller.Of(user, client.ToString());
    }

    private Caller AgentOf(SshCertificate certificate, string login)
    {
        if (!services.HasFlag(ListenerServices.Tunnels))
        {
            throw Refused("agents open their tunnels at the tunnel port 3024, this is the port of users");
        }

        ClusterSnapshot snapshot = cluster();
        HostIdentity agent = new HostSshCertificateVerifier(snapshot.HostAuthorities, time).Verify(certificate, principal: null);
        if (agent.ClusterName != snapshot.ClusterName)
        {
            throw Refused($"it is of the cluster {agent.ClusterName}, and this is {snapshot.ClusterName}");
        }

        if (agent.Role is not (SystemRole.Node or SystemRole.Access))
        {
            throw Refused($"its role is {agent.Role}, and tunnels are for nodes and hosts of access plugins");
        }

        return login == agent.HostId || login == $"{agent.HostId}.{agent.ClusterName}"
            ? Caller.Of(agent, client.ToString())
            : throw Refused($"the agent logs in as {login}, but is {agent.HostId}");
    }

    private static TeleportException Refused(string reason) => new(ErrorCode.Unauthenticated, $"The certificate is refused: {reason}.");

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
