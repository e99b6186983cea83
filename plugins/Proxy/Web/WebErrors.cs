using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Teleport.Abstractions.Errors;
using Teleport.Proxy.WebApi;

namespace Teleport.Proxy.Web;

/// <summary>Turns errors into answers: always <c>{"message": "..."}</c>, and nothing of a defect but where to find it in the log.</summary>
internal static partial class WebErrors
{
    public static async Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (TeleportException e) when (e.Code != ErrorCode.Internal && !context.Response.HasStarted)
        {
            await WriteAsync(context, e.Code.HttpStatus(), e.Message);
        }
        catch (WebRequestException e) when (!context.Response.HasStarted)
        {
            await WriteAsync(context, e.Status, e.Message);
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            await WriteAsync(context, e.StatusCode, e.StatusCode == StatusCodes.Status413PayloadTooLarge ? "the request is too large" : "the request is malformed");
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client left; there is nobody to answer.
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            string id = Guid.NewGuid().ToString("N")[..12];
            ILogger logger = context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(WebErrors));
            LogFailed(logger, e, context.Request.Method, context.GetEndpoint()?.DisplayName ?? "no route", id);
            await WriteAsync(context, StatusCodes.Status500InternalServerError, $"internal error {id}: an administrator finds it in the proxy's log");
        }
    }

    public static Task NotFoundAsync(HttpContext context) => WriteAsync(context, StatusCodes.Status404NotFound, "not found");

    public static Task WriteAsync(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        return JsonSerializer.SerializeAsync(context.Response.Body, new ErrorAnswer(message), WebApiJson.Default.ErrorAnswer, context.RequestAborted);
    }

    [LoggerMessage(3020, LogLevel.Error, "A web request failed: {Method} {Route}, error {Id}. Please report this.")]
    private static partial void LogFailed(ILogger logger, Exception exception, string method, string route, string id);
}
