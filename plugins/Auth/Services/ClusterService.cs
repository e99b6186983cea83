using Grpc.Core;
using Teleport.Abstractions.Resources;
using Teleport.Api.Cluster.V1;
using Teleport.Auth.Startup;
using Teleport.Ssh.Keys;

namespace Teleport.Auth.Services;

/// <summary>What the cluster is and who vouches for it.</summary>
internal sealed class ClusterService(ClusterAuthorities authorities, AnnouncedAddresses addresses, ClusterIdentity cluster)
    : Api.Cluster.V1.ClusterService.ClusterServiceBase
{
    public override async Task<PingResponse> Ping(PingRequest request, ServerCallContext context) => new()
    {
        ClusterName = cluster.ClusterName,
        ServerVersion = cluster.Version,
        ServerId = cluster.HostId,
        CaPins = { authorities.Current.HostPins },
        ProxyPublicAddrs = { await addresses.ProxiesAsync(context.CancellationToken) },
    };

    public override Task<GetStatusResponse> GetStatus(GetStatusRequest request, ServerCallContext context)
    {
        AuthoritySnapshot current = authorities.Current;
        return Task.FromResult(new GetStatusResponse
        {
            ClusterName = cluster.ClusterName,
            ServerVersion = cluster.Version,
            CaPins = { current.HostPins },
            Authorities = { Status(current.User), Status(current.Host) },
        });
    }

    private static AuthorityStatus Status(CertAuthority authority) => new()
    {
        Type = ResourceNames.Of(authority.Spec.Type),
        Rotation = "never updated",
        SshFingerprints = { AuthoritySnapshot.SshKeys(authority).Select(static k => SshPublicKey.Parse(k.PublicKey).Fingerprint) },
    };
}

/// <summary>What this auth server says of itself and its cluster.</summary>
internal sealed record ClusterIdentity(string ClusterName, string HostId, string Version);
