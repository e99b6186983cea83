using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Teleport.Proxy.Web;
using Teleport.Proxy.WebApi;

namespace Teleport.Proxy.WebUi;

/// <summary>The web pages: a start page, and the one that accepts invitations. They hold no secret; what they show they ask the web API for.</summary>
internal sealed class WebPages(string clusterName, string webAddress)
{
    private const int MaxTokenLength = 256;

    public void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/", LandingAsync);
        app.MapGet("/web", static context => RedirectAsync(context));
        app.MapGet("/web/login", static context => RedirectAsync(context));
        app.MapGet("/web/invite/{token}", context => InvitationAsync(context, "invite", "Accept your invitation"));
        app.MapGet("/web/reset/{token}", context => InvitationAsync(context, "reset", "Set a new password"));
        app.MapGet("/web/app/{file}", AssetAsync);
    }

    private Task LandingAsync(HttpContext context) => WriteAsync(context, "landing.html", []);

    private Task InvitationAsync(HttpContext context, string mode, string title)
    {
        string token = (string)context.Request.RouteValues["token"]!;
        return token.Length > MaxTokenLength
            ? WebErrors.NotFoundAsync(context)
            : WriteAsync(context, "invite.html", new() { ["token"] = token, ["mode"] = mode, ["title"] = title, ["csrf"] = RequestOrigin.IssueCsrfToken(context) });
    }

    private static Task RedirectAsync(HttpContext context)
    {
        context.Response.Redirect("/");
        return Task.CompletedTask;
    }

    private static async Task AssetAsync(HttpContext context)
    {
        if (WebAssets.Find((string)context.Request.RouteValues["file"]!) is not { } asset || asset.ContentType.StartsWith("text/html", StringComparison.Ordinal))
        {
            await WebErrors.NotFoundAsync(context);
            return;
        }

        // Asked for again each time, and answered without the content when it is the same: an upgrade shows at once.
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers.ETag = asset.ETag;
        if (context.Request.Headers.IfNoneMatch == asset.ETag)
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        context.Response.ContentType = asset.ContentType;
        await context.Response.Body.WriteAsync(asset.Content, context.RequestAborted);
    }

    private Task WriteAsync(HttpContext context, string template, Dictionary<string, string> values)
    {
        values["cluster"] = clusterName;
        values["proxy"] = webAddress;
        var page = new StringBuilder(WebAssets.Get(template).Text);
        foreach ((string name, string value) in values)
        {
            // No value may pretend to be another place.
            page.Replace($"{{{{{name}}}}}", HtmlEncoder.Default.Encode(value.Replace("{{", "", StringComparison.Ordinal)));
        }

        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync(page.ToString(), context.RequestAborted);
    }
}
