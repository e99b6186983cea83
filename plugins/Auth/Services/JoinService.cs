using Grpc.Core;
using Teleport.Api.Join.V1;
using Teleport.Auth.Joining;
using Teleport.Auth.Serving;
using Teleport.Auth.Startup;

namespace Teleport.Auth.Services;

/// <summary>How a host becomes a member.</summary>
internal sealed class JoinService(JoinFlow joining, ClusterAuthorities authorities, JoinContext cluster) : Api.Join.V1.JoinService.JoinServiceBase
{
    public override Task<GetAuthorityResponse> GetAuthority(GetAuthorityRequest request, ServerCallContext context) =>
        Task.FromResult(new GetAuthorityResponse { ClusterName = cluster.ClusterName, TlsCaCertificates = { authorities.Current.HostTlsPem } });

    public override Task<Api.Join.V1.HostCertificates> Join(JoinRequest request, ServerCallContext context) =>
        joining.JoinAsync(request, context.FindCaller(), context.GetRemoteAddress(), context.CancellationToken);

    public override Task<Api.Join.V1.HostCertificates> Renew(RenewRequest request, ServerCallContext context) =>
        joining.RenewAsync(request, context.GetHost(), context.GetRemoteAddress(), context.CancellationToken);
}
