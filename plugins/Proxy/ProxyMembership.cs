using Teleport.Abstractions.Audit;
using Teleport.Abstractions.Configuration;
using Teleport.Abstractions.Plugins;
using Teleport.Agent;
using Teleport.Api.Join.V1;
using Teleport.Api.Login.V1;
using Teleport.Ssh.Keys;

namespace Teleport.Proxy;

/// <summary>What being a member of a cluster gives the proxy. Functions are asked anew each time: their answers change.</summary>
internal sealed record ProxyMembership
{
    public required string ClusterName { get; init; }

    public required string HostId { get; init; }

    /// <summary>The cluster's state.</summary>
    public required Func<ClusterSnapshot> Cluster { get; init; }

    /// <summary>The host key and certificate.</summary>
    public required Func<SshCredential> Credential { get; init; }

    public required LoginService.LoginServiceClient Login { get; init; }

    public required JoinService.JoinServiceClient Join { get; init; }

    /// <summary>Puts an event on record.</summary>
    public required Action<AuditEvent> Emit { get; init; }

    /// <summary>Where the roles of this process meet.</summary>
    public required IRendezvous Rendezvous { get; init; }

    /// <summary>Auth servers, the most reliable first.</summary>
    public required Func<IReadOnlyList<NetworkAddress>> AuthServers { get; init; }
}
