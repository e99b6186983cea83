using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Teleport.Proxy.Callbacks;

/// <summary>The path of each access plugin: <c>/plugins/NAME/...</c>.</summary>
internal static class CallbackEndpoints
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Post];

    public static void Map(IEndpointRouteBuilder app, CallbackForwarder forwarder) =>
        app.MapMethods("/plugins/{name}/{**path}", Methods, forwarder.HandleAsync);
}
