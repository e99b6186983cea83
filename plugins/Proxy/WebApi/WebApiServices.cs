using Microsoft.AspNetCore.Routing;
using Teleport.Api.Join.V1;
using Teleport.Api.Login.V1;
using Teleport.Proxy.Configuration;

namespace Teleport.Proxy.WebApi;

/// <summary>All routes of the web API.</summary>
internal sealed class WebApiServices(
    LoginService.LoginServiceClient login, JoinService.JoinServiceClient join, Func<ClusterFacts> cluster, ProxyAddresses addresses, string version)
{
    private readonly PingEndpoints _ping = new(cluster, addresses, version);
    private readonly LoginEndpoints _login = new(login);
    private readonly InvitationEndpoints _invitations = new(login);
    private readonly JoinEndpoints _join = new(join);

    public void Map(IEndpointRouteBuilder api)
    {
        _ping.Map(api);
        _login.Map(api);
        _invitations.Map(api);
        _join.Map(api);
    }
}
