using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Teleport.Abstractions.Errors;
using Teleport.Proxy.Configuration;

namespace Teleport.Proxy.WebApi;

/// <summary>Tells clients how to log in and where everything is.</summary>
internal sealed class PingEndpoints(Func<ClusterFacts> cluster, ProxyAddresses addresses, string version)
{
    private const string MinClientVersion = "0.1.0";
    private const string LocalConnector = "local";

    public void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/ping", PingAsync);
        api.MapGet("/ping/{connector}", PingConnectorAsync);
        api.MapGet("/find", FindAsync);
    }

    private Task PingAsync(HttpContext context) => AnswerAsync(context, Login(cluster()));

    private Task PingConnectorAsync(HttpContext context)
    {
        ClusterFacts facts = cluster();
        string name = (string)context.Request.RouteValues["connector"]!;
        bool isKnown = name == LocalConnector || name == facts.Login.ConnectorName;
        return isKnown
            ? AnswerAsync(context, Login(facts))
            : throw TeleportException.NotFound($"there is no connector \"{name}\": log in with --auth=local, or without --auth");
    }

    // Joining services ask for addresses only.
    private Task FindAsync(HttpContext context) => AnswerAsync(context, new PingAuth { Type = "" });

    private static PingAuth Login(ClusterFacts facts) => new()
    {
        Type = facts.Login.Type,
        SecondFactor = facts.Login.SecondFactor,
        Local = facts.Login.Type == LocalConnector ? new PingLocal(facts.Login.ConnectorName ?? LocalConnector) : null,
    };

    private Task AnswerAsync(HttpContext context, PingAuth auth) => JsonBody.WriteAsync(
        context,
        new PingAnswer
        {
            Auth = auth,
            Proxy = new PingProxy
            {
                Ssh = new PingSsh
                {
                    ListenAddr = addresses.SshListen,
                    TunnelListenAddr = addresses.TunnelListen,
                    PublicAddr = addresses.ConfiguredWeb,
                    SshPublicAddr = addresses.ConfiguredSsh,
                    SshTunnelPublicAddr = addresses.ConfiguredTunnel,
                },
                TlsRoutingEnabled = true,
            },
            ServerVersion = version,
            MinClientVersion = MinClientVersion,
            ClusterName = cluster().ClusterName,
        },
        WebApiJson.Default.PingAnswer);
}
