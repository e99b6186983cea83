using System.Net;
using Microsoft.AspNetCore.Http;

namespace Teleport.Proxy.WebApi;

/// <summary>Where a request came from: the connection's own address, or the one that a trusted load balancer named for it.</summary>
internal static class ClientAddress
{
    public static string Of(HttpContext context) =>
        new IPEndPoint(context.Connection.RemoteIpAddress!, context.Connection.RemotePort).ToString();
}
